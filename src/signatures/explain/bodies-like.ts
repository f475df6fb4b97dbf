import { structureOf } from './json-structure';
import type { Variant } from './variant';

/** Bodies that may have been signed in place of the one that came. */
export function* bodiesLike(body: Buffer): Iterable<Variant<Buffer>> {
  const text = body.toString();
  yield* otherEnds(text);
  yield text.startsWith('\ufeff')
    ? variant(text.slice(1), 'A byte order mark was put in front of the body: without it, it matches.')
    : variant(`\ufeff${text}`, 'The body lost the byte order mark in front of it: with one, it matches.');
  yield* otherEncodings(body, text);
  yield* spellings(text);
}

function variant(text: string, cause: string): Variant<Buffer> {
  return { value: Buffer.from(text), cause };
}

function* otherEnds(text: string): Iterable<Variant<Buffer>> {
  const bare = withoutLineEnds(text);
  if (bare !== text) {
    yield variant(text.replace(/\r?\n$/, ''), 'A line end was added to the body: without its last one, it matches.');
    yield variant(bare, 'Line ends were added to the body: without those at its end, it matches.');
  }
  yield variant(`${text}\n`, 'The line end of the body was taken away: with "\\n" at its end, it matches.');
  yield variant(`${text}\r\n`, 'The line end of the body was taken away: with "\\r\\n" at its end, it matches.');
  if (!text.includes('\n')) return;
  const unix = text.replaceAll('\r\n', '\n');
  if (unix !== text)
    yield variant(unix, 'The line ends of the body were changed: with "\\n" for "\\r\\n", it matches.');
  yield variant(unix.replaceAll('\n', '\r\n'), 'The line ends of the body were changed: with "\\r\\n", it matches.');
}

/** Not by a regular expression: its time grows with the square of a run of line ends inside the text. */
function withoutLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && '\r\n'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** ASCII is the same in each of these, but for base64. */
function* otherEncodings(body: Buffer, text: string): Iterable<Variant<Buffer>> {
  // Of other text, Node decodes what looks like base64: nobody has signed that.
  yield {
    value: Buffer.from(text, 'base64'),
    cause: 'The body is still in base64: decoded, it matches. Decode it where isBase64Encoded says so.',
  };
  const units = Buffer.from(text, 'latin1');
  if (!units.equals(body)) {
    yield { value: units, cause: 'The body was re-encoded from Latin-1 to UTF-8: as Latin-1, it matches.' };
    yield variant(body.toString('latin1'), 'The body was re-encoded from UTF-8 to Latin-1: as UTF-8, it matches.');
  }
}

/** The longest text, in characters, whose spellings are tried: the inspector explains requests of strangers. */
const mostSpelled = 1_000_000;
/** The deepest nesting that is tried. */
const mostLevels = 100;
/** How much indentation may be, in characters: deep nesting would turn kilobytes into megabytes. */
const mostIndented = (text: string): number => 10_000 + 4 * text.length;

/** The same JSON as other libraries write it. */
function* spellings(text: string): Iterable<Variant<Buffer>> {
  if (text.length > mostSpelled) return;
  const { marks, deepest } = structureOf(text);
  if (deepest > mostLevels) return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return;
  }
  const compact = JSON.stringify(value);
  const how = (words: string): string =>
    `The body was re-serialised: written ${words}, it matches. Keep the bytes as they came (express.json() does not).`;
  yield variant(compact, how('compactly, as JSON.stringify does'));
  for (const indent of [2, 4, '\t']) {
    const width = typeof indent === 'number' ? indent : 1;
    if (marks.length * deepest * width > mostIndented(text)) continue;
    yield variant(JSON.stringify(value, null, indent), how('with indentation'));
  }
  yield variant(ascii(compact), how('compactly and in ASCII'));
  yield variant(
    ascii(compact).replaceAll('/', '\\/'),
    how('compactly, in ASCII and with slashes escaped, as PHP does'),
  );
  const spaced = spacedOut(compact);
  yield variant(spaced, how('with a blank behind each comma and colon'));
  yield variant(ascii(spaced), how('with a blank behind each comma and colon and in ASCII, as Python does'));
}

function ascii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function spacedOut(compact: string): string {
  let spaced = '';
  let end = 0;
  for (const index of structureOf(compact).marks) {
    if (!',:'.includes(compact.charAt(index))) continue;
    spaced += `${compact.slice(end, index + 1)} `;
    end = index + 1;
  }
  return spaced + compact.slice(end);
}
