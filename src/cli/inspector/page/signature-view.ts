import type { DeliveryDetail, TriedReading } from '../wire';
import { copyButton } from './copy-button';
import { button, element, untrusted } from './dom';
import { fullTime } from './format';
import { icon, type Tone } from './outcome';

/** The signature check, step by step: which header, which bytes, which encoding, and what differed. */
export function signatureView(
  { signature, reason, outcome, isLeft }: DeliveryDetail,
  readAll: () => void,
): HTMLElement {
  const { checked, match, tried, causes } = signature;
  const view = element('div', { class: 'signature' });
  if (!checked) {
    view.append(
      verdict(
        'warn',
        'Not checked',
        'listen has no secret, so anybody can send. Set BIGMIND_WEBHOOK_SECRET and start it again.',
      ),
    );
    return view;
  }
  if (isLeft) {
    view.append(
      element(
        'p',
        { class: 'remark' },
        'The body is large. Its signature was not explained, so that nothing waits for it.',
      ),
      button('Explain it', 'small', readAll),
    );
  } else if (match === undefined) {
    view.append(
      verdict(
        'bad',
        'Not signed by this secret',
        'No reading of the headers gave the signature that the secret gives.',
      ),
    );
  } else {
    const stale = 'The timestamp is further off than is allowed: an old delivery, or a clock that is wrong.';
    const words = match.stale ? stale : 'The secret signs these bytes.';
    view.append(
      verdict(match.stale ? 'warn' : 'good', match.stale ? 'Genuine, but stale' : 'Genuine', words),
      element(
        'dl',
        { class: 'facts' },
        ...fact('Scheme', match.scheme),
        ...fact('Header', match.header),
        ...(match.signedAt === undefined ? [] : fact('Signed at', fullTime(match.signedAt))),
      ),
      element('h3', {}, 'Configuration that pins it'),
      element(
        'p',
        { class: 'pin' },
        element('code', {}, untrusted(match.pin)),
        copyButton(() => match.pin),
      ),
    );
  }
  if (causes.length > 0) {
    view.append(
      element('h3', {}, 'What it may be'),
      list(
        'ul',
        causes.map((cause) => element('li', {}, untrusted(cause))),
      ),
    );
  }
  if (tried.length > 0) {
    view.append(element('h3', {}, 'What was tried'), list('ol', tried.map(step)));
  }
  if (reason !== undefined && outcome === 'unauthenticated') {
    view.append(
      element('h3', {}, 'What a receiver writes into its log'),
      element('p', { class: 'reason' }, untrusted(reason)),
    );
  }
  return view;
}

const outcomes = {
  match: { tone: 'good', words: 'They are the same.' },
  differs: { tone: 'warn', words: 'They differ.' },
  unreadable: { tone: 'quiet', words: 'It cannot be read as a signature.' },
} as const satisfies Record<TriedReading['outcome'], { tone: Tone; words: string }>;

function step({
  header,
  form,
  encoding,
  algorithm,
  signedText,
  outcome,
  expectedPrefix,
  gotPrefix,
}: TriedReading): HTMLElement {
  const { tone, words } = outcomes[outcome];
  const dressed = [algorithm, encoding].filter((each) => each !== undefined).join(', ');
  return element(
    'li',
    { class: `step ${outcome}` },
    element(
      'p',
      { class: 'step-head' },
      icon(tone),
      element('code', {}, untrusted(header)),
      form && ' over ',
      form && element('code', {}, form),
    ),
    element(
      'dl',
      { class: 'facts' },
      ...(dressed === '' ? [] : fact('Read as', dressed)),
      ...fact(outcome === 'unreadable' ? 'Value' : 'Signed bytes', signedText),
      ...(gotPrefix ? fact('Came', `${gotPrefix}…`, true) : []),
      ...(expectedPrefix ? fact('Secret gives', `${expectedPrefix}…`, true) : []),
      ...fact('Result', words),
    ),
  );
}

function verdict(tone: Tone, title: string, words: string): HTMLElement {
  return element(
    'p',
    { class: `verdict ${tone}` },
    icon(tone),
    element('span', {}, element('strong', {}, title), ` ${words}`),
  );
}

function fact(name: string, text: string, code = false): readonly HTMLElement[] {
  return [element('dt', {}, name), element('dd', code ? { class: 'code' } : {}, untrusted(text))];
}

function list(tag: 'ul' | 'ol', items: readonly HTMLElement[]): HTMLElement {
  return element(tag, { class: tag === 'ol' ? 'steps' : 'causes' }, ...items);
}
