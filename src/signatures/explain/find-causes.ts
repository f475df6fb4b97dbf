import type { WebhookHeaders } from '../../foundations/contracts/request';

/** The input of a signature. */
export interface ExplainedBytes {
  readonly headers: WebhookHeaders;
  readonly body: Buffer;
  readonly secret: string;
}

type Signs = (bytes: ExplainedBytes) => boolean;

/** Another body or secret, and the cause of the mismatch if that one matches. */
interface Variant<T> {
  readonly value: T;
  readonly cause: string;
}

/**
 * Why no signature of a request matches. It tries the usual mistakes. If one explains the mismatch, only that is
 * returned; otherwise the possible causes, the likeliest first.
 */
export function findCauses(
  given: ExplainedBytes,
  tried: readonly { readonly header: string; readonly outcome: string; readonly signedText: string }[],
  signs: Signs,
): string[] {
  if (tried.length === 0) {
    return [
      'No header has a name that contains "signature" or "hmac", and none of another name holds a signature that the ' +
        'secret gives: the sender may not sign yet, a proxy may take the header away, or the secret is another one.',
    ];
  }
  const proven = [...provenBy(secretsLike(given.secret), (secret) => signs({ ...given, secret }))];
  for (const cause of provenBy(bodiesLike(given.body), (body) => signs({ ...given, body }))) proven.push(cause);
  if (proven.length > 0) return proven;
  if (tried.every(({ outcome }) => outcome === 'unreadable')) {
    return tried.map(({ header, signedText }) => `${header} cannot be read as a signature: ${signedText}.`);
  }
  return [
    'Another secret: is it that of this destination, whole, without quotes, and not replaced since the request came?',
    'The body is not what was sent: a proxy, a parser or a logger may have decoded it, written it anew or cut it off.',
    'Another scheme: one that signs other text than the body, or the timestamp, id and body.',
  ];
}

/** Why a header's value is not a signature. */
export function describeUnreadable(value: string): string {
  if (value.includes(', ')) return 'it came more than once';
  if (/^(?:sha1=)?[0-9a-f]{40}$/i.test(value)) return '40 hex digits, as of SHA-1, which is too weak to be recognised';
  if (/^v\d+[a-z]?,/.test(value)) return 'as in Standard Webhooks, but without v1 or its …-id and …-timestamp headers';
  if (/(?:^|,)t=/.test(value)) return "as in Stripe's form, but with no or more than one timestamp, or without v1=…";
  return `its ${value.length} characters are no hex or base64 of 32 or 64 bytes`;
}

function* provenBy<T>(variants: Iterable<Variant<T>>, matches: (value: T) => boolean): Iterable<string> {
  for (const { value, cause } of variants) {
    if (!matches(value)) continue;
    yield cause;
    return;
  }
}

function* secretsLike(secret: string): Iterable<Variant<string>> {
  const trimmed = secret.trim();
  if (trimmed !== secret) {
    yield { value: trimmed, cause: 'The secret has white space around it: without that, it signs this request.' };
  }
  const unquoted = trimmed.replace(/^(["'])(.*)\1$/s, '$2');
  if (unquoted !== trimmed) {
    yield { value: unquoted, cause: 'The secret has quotes around it: without those, it signs this request.' };
  }
  for (const end of ['\n', '\r\n']) {
    yield {
      value: secret + end,
      cause: 'The sender signs with a line end behind the secret: it was stored there with one.',
    };
  }
  yield trimmed.startsWith('whsec_')
    ? { value: trimmed.slice('whsec_'.length), cause: 'The sender signs with what follows "whsec_" in the secret.' }
    : { value: `whsec_${trimmed}`, cause: 'The secret lacks the "whsec_" in front: with that, it signs this request.' };
}

function* bodiesLike(body: Buffer): Iterable<Variant<Buffer>> {
  const text = body.toString('utf8');
  const bare = text.replace(/[\r\n]+$/, '');
  if (bare !== text) {
    yield variant(text.replace(/\r?\n$/, ''), 'A line end was added to the body: without its last one, it matches.');
    yield variant(bare, 'Line ends were added to the body: without those at its end, it matches.');
  }
  yield variant(`${text}\n`, 'The line end of the body was taken away: with "\\n" at its end, it matches.');
  yield variant(`${text}\r\n`, 'The line end of the body was taken away: with "\\r\\n" at its end, it matches.');
  const unix = text.replaceAll('\r\n', '\n');
  if (unix !== text)
    yield variant(unix, 'The line ends of the body were changed: with "\\n" for "\\r\\n", it matches.');
  yield variant(unix.replaceAll('\n', '\r\n'), 'The line ends of the body were changed: with "\\r\\n", it matches.');
  if (text.startsWith('\ufeff')) {
    yield variant(text.slice(1), 'A byte order mark was put in front of the body: without it, it matches.');
  }
  yield* spellings(text);
}

function variant(text: string, cause: string): Variant<Buffer> {
  return { value: Buffer.from(text, 'utf8'), cause };
}

/** The longest text, in characters, whose spellings are tried: the inspector explains requests of strangers. */
const mostSpelled = 1_000_000;
/** The deepest nesting that is tried: with more levels, indentation would turn kilobytes into megabytes. */
const mostLevels = 100;

/** The same JSON as other libraries write it. */
function* spellings(text: string): Iterable<Variant<Buffer>> {
  if (text.length > mostSpelled || levelsOf(text) > mostLevels) return;
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
  for (const indent of [2, 4, '\t']) yield variant(JSON.stringify(value, null, indent), how('with indentation'));
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
  for (const index of structureOf(compact)) {
    if (!',:'.includes(compact.charAt(index))) continue;
    spaced += `${compact.slice(end, index + 1)} `;
    end = index + 1;
  }
  return spaced + compact.slice(end);
}

/** How deep a JSON text is nested. */
function levelsOf(text: string): number {
  let level = 0;
  let deepest = 0;
  for (const index of structureOf(text)) {
    const mark = text.charAt(index);
    if (mark === '{' || mark === '[') deepest = Math.max(deepest, ++level);
    else if (mark === '}' || mark === ']') level -= 1;
  }
  return deepest;
}

/** The positions of a JSON text's marks outside strings. A regular expression would overflow on long strings. */
function structureOf(text: string): number[] {
  const marks: number[] = [];
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') quoted = !quoted;
    else if (quoted && character === '\\') index += 1;
    else if (!quoted && '{}[],:'.includes(character)) marks.push(index);
  }
  return marks;
}
