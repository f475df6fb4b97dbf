import type { SignatureExplanation, TriedSignature } from '../../testing';
import type { Output } from '../io';
import { visibleText } from '../visible-text';

/** How many unsigned requests are explained, if there are many. */
const mostExplained = 5;

/** The line to paste and what matched; or what was tried, and the likely causes. */
export function explanationLines({ match, tried, causes }: SignatureExplanation, output: Output): string {
  const lines: string[] = [];
  if (match !== undefined) {
    lines.push(output.paint('green', visibleText(match.pin)), '');
    const found = tried.find(({ header, outcome }) => header === match.header && outcome === 'match');
    lines.push(found ? describe(found) : `${visibleText(match.header)} holds the signature.`);
  } else {
    lines.push(output.paint('red', 'No scheme signs this request with this secret.'));
    if (tried.length > 0) lines.push('', 'Tried:', ...tried.map((each) => `  ${describe(each)}`));
  }
  if (causes.length > 0)
    lines.push('', match ? 'But:' : 'Why that may be:', ...causes.map((cause) => `  - ${visibleText(cause)}`));
  return `${lines.join('\n')}\n`;
}

function describe({
  header,
  encoding,
  algorithm,
  signedText,
  outcome,
  expectedPrefix,
  gotPrefix,
}: TriedSignature): string {
  const name = visibleText(header);
  if (encoding === undefined || algorithm === undefined) return `${name}: ${signedText}.`;
  const signature = `${name}: HMAC-${algorithm.toUpperCase()} in ${encoding} over ${signedText}`;
  return outcome === 'match' ? `${signature}.` : `${signature}: expected ${expectedPrefix}…, came ${gotPrefix}….`;
}

/** Each line to paste, with the number of requests it signs; then the first unsigned requests. */
export function pinsOf(explained: readonly SignatureExplanation[], output: Output): string {
  const counts = new Map<string, number>();
  for (const { match } of explained) if (match) counts.set(match.pin, (counts.get(match.pin) ?? 0) + 1);
  const found = [...counts].map(
    ([pin, count]) => `${output.paint('green', visibleText(pin))}\n  signs ${count} of ${explained.length} requests\n`,
  );
  const stale = explained.filter(({ match }) => match?.stale).length;
  const old = stale === 0 ? '' : `${stale} of them have a timestamp that a receiver would refuse now.\n`;
  const unsigned = explained.flatMap((each, index) => (each.match ? [] : [{ each, number: index + 1 }]));
  const why = unsigned
    .slice(0, mostExplained)
    .map(({ each, number }) => `\nRequest ${number}: ${explanationLines(each, output)}`);
  const rest =
    unsigned.length > mostExplained ? `\n${unsigned.length - mostExplained} more are not signed either.\n` : '';
  return [...found, old, ...why, rest].join('');
}
