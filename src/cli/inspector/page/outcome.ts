import { element } from './dom';

/** How serious an outcome is. Each tone has a colour and a shape. */
export type Tone = 'good' | 'quiet' | 'warn' | 'bad';

const labels: Readonly<Record<string, { readonly label: string; readonly tone: Tone }>> = {
  processed: { label: 'processed', tone: 'good' },
  queued: { label: 'queued', tone: 'good' },
  unhandled: { label: 'unhandled', tone: 'quiet' },
  duplicate: { label: 'duplicate', tone: 'quiet' },
  ignored: { label: 'ignored', tone: 'quiet' },
  quarantined: { label: 'quarantined', tone: 'warn' },
  'wrong-path': { label: 'wrong path', tone: 'warn' },
  unauthenticated: { label: 'unauthenticated', tone: 'warn' },
  malformed: { label: 'malformed', tone: 'warn' },
  'method-not-allowed': { label: 'method not allowed', tone: 'warn' },
  'too-large': { label: 'too large', tone: 'warn' },
  'unsupported-encoding': { label: 'unsupported encoding', tone: 'warn' },
  invalid: { label: 'invalid', tone: 'bad' },
  'app-failed': { label: 'app failed', tone: 'bad' },
};

export function labelOf(outcome: string): string {
  return labels[outcome]?.label ?? outcome;
}

export function toneOf(outcome: string): Tone {
  return labels[outcome]?.tone ?? 'bad';
}

/** The mark of an outcome: a shape and a word, since colour alone does not tell everyone. */
export function outcomeMark(outcome: string): HTMLElement {
  return element('span', { class: `outcome ${toneOf(outcome)}` }, icon(toneOf(outcome)), labelOf(outcome));
}

const shapes: Readonly<Record<Tone, readonly string[]>> = {
  good: ['M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z', 'M4.8 8.2 7.1 10.5 11.3 5.8'],
  quiet: ['M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z', 'M5.4 8h5.2'],
  warn: ['M8 1.2 15.2 14.4H.8Z', 'M8 5.8v4M8 11.6v1'],
  bad: ['M2 2h12v12H2Z', 'M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4'],
};

/** The shape of a tone. Screen readers skip it: a word stands beside it. */
export function icon(tone: Tone): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `icon ${tone}`);
  svg.setAttribute('aria-hidden', 'true');
  for (const [index, path] of shapes[tone].entries()) {
    const drawn = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    drawn.setAttribute('d', path);
    drawn.setAttribute('class', index === 0 ? 'ground' : 'sign');
    svg.append(drawn);
  }
  return svg;
}
