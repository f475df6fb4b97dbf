import type { Output, Style } from '../io';
import { isAccepted } from '../is-accepted';
import { jsonLine } from '../json-line';
import { visibleText } from '../visible-text';
import { lineWidth, wrapLine } from '../wrap';
import type { LoggedDelivery } from './delivery-log';
import type { SignatureCheck } from './wire';

/** From this width on, a line has room for size, duration and attempt. */
const roomy = 92;

/** A delivery as a line for people, with remarks below it. */
export function toLine(logged: LoggedDelivery, check: SignatureCheck, output: Output): string {
  const { status, outcome, bytes, ms, attempt, receivedAt } = logged.summary;
  const style: Style = styleOf(outcome, status);
  const width = lineWidth(output);
  const isRoomy = width >= roomy;
  const name = nameOf(logged);
  const facts = [
    output.paint('dim', clockTime(receivedAt)),
    output.paint(style, String(status)),
    output.paint(style, outcome.padEnd(15)),
    // The columns before it take 32 characters.
    isRoomy ? name.padEnd(26) : cut(name, width - 32),
    ...(isRoomy ? [`${bytes} B`.padStart(9), `${ms} ms`.padStart(7)] : []),
    ...(isRoomy && attempt > 1 ? [`attempt ${attempt}`] : []),
  ];
  const more = remarks(logged, check).map((each) => `\n${wrapLine(`          ${visibleText(each)}`, width, 10)}`);
  return `${facts.join('  ').trimEnd()}${more.join('')}\n`;
}

function styleOf(outcome: string, status: number): Style {
  if (isAccepted(status)) return outcome === 'processed' || outcome === 'queued' ? 'green' : 'yellow';
  return status < 500 && outcome !== 'invalid' ? 'yellow' : 'red';
}

/** The event, or what else the request was. It comes from outside, and a terminal obeys escapes. */
function nameOf({ summary: { event, what } }: LoggedDelivery): string {
  return visibleText(what ?? event ?? '(no event)');
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The remarks that explain the outcome best. */
function remarks({ summary, reason, app }: LoggedDelivery, { causes, match }: SignatureCheck): readonly string[] {
  if (summary.outcome === 'unauthenticated' && summary.what === undefined && causes[0] !== undefined)
    return [causes[0]];
  return [
    ...(reason === undefined ? [] : [reason]),
    ...(app?.status === undefined || summary.outcome === 'app-failed' ? [] : [`The app answered ${app.status}.`]),
    ...(match?.recognised === false ? [`Pin it: ${match.pin}`] : []),
  ];
}

/** A delivery as a line for programs. */
export function toJsonLine({ summary, reason, key, app }: LoggedDelivery, { match, causes }: SignatureCheck): string {
  const { receivedAt, ...rest } = summary;
  const at = new Date(receivedAt).toISOString();
  const signature = { pin: match?.pin, causes };
  return jsonLine({ type: 'delivery', ...rest, receivedAt: at, key, reason, signature, app });
}

function clockTime(ms: number): string {
  const date = new Date(ms);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
