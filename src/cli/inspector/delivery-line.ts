import type { Output, Style } from '../io';
import { visibleText } from '../visible-text';
import type { LoggedDelivery } from './delivery-log';
import { explainCheck } from './explain-delivery';
import type { SignatureCheck } from './wire';

/** The largest body, in bytes, whose signature is explained in the line. Larger ones would delay other deliveries. */
const quicklyExplained = 256 * 1024;

/** The signature check for the line of a delivery. */
export function checkForLine(logged: LoggedDelivery, secret: string | undefined): SignatureCheck {
  const { outcome, bytes } = logged.summary;
  const slow = outcome === 'unauthenticated' && bytes > quicklyExplained;
  return slow ? { checked: true, tried: [], causes: [] } : explainCheck(logged, secret);
}

/** A delivery as a line for people, with remarks below it. */
export function toLine(logged: LoggedDelivery, check: SignatureCheck, output: Output): string {
  const { status, outcome, event, bytes, ms, attempt, receivedAt } = logged.summary;
  const style: Style = outcome === 'processed' ? 'green' : status < 500 && outcome !== 'invalid' ? 'yellow' : 'red';
  const facts = [
    output.paint('dim', clockTime(receivedAt)),
    output.paint(style, String(status)),
    output.paint(style, outcome.padEnd(15)),
    // The name comes from outside, and a terminal obeys escapes.
    visibleText(event ?? '(no event)').padEnd(26),
    `${bytes} B`.padStart(9),
    `${ms} ms`.padStart(7),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
  ];
  const more = remarks(logged, check).map((each) => `\n          ${visibleText(each)}`);
  return `${facts.join('  ').trimEnd()}${more.join('')}\n`;
}

/** The remarks that explain the outcome best. */
function remarks({ summary, reason, app }: LoggedDelivery, { causes, match }: SignatureCheck): readonly string[] {
  if (summary.outcome === 'unauthenticated' && causes[0] !== undefined) return [causes[0]];
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
  return `${JSON.stringify({ type: 'delivery', ...rest, receivedAt: at, key, reason, signature, app })}\n`;
}

function clockTime(ms: number): string {
  const date = new Date(ms);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
