/**
 * The strict grammar of signature headers. Because it is strict, `auto` may safely try several forms. Every signed text
 * is a prefix and the body. The prefixes are `` (the body alone), `t.`, `v0:t:` and `id.t.`. An event is a JSON object,
 * so its body begins with `{` or white space. If one signed text could be read under two forms, the body of one reading
 * would begin inside the prefix of the other, or behind it: with a digit, a letter, `_`, `-`, `.` or `:`. None of these
 * begins an object. So a text that is signed under one form is never an event under another, whatever timestamp or id
 * an attacker puts into the headers.
 */
const timestampText = /^(?:\d{10}|\d{13})$/;
const idText = /^[\w-]{1,256}$/;

const signedTextStart = /^(?:(?:\d{10}|\d{13})\.|v0:\d+:|[\w-]{1,256}\.\d+\.)/;
/** The longest prefix is an id, a dot, a timestamp and a dot. */
const longestPrefix = 300;

/**
 * Whether a body begins with the prefix of a signed text. A timestamped delivery looks so when its prefix is moved into
 * the body of a plain one, where nothing checks the timestamp.
 */
export function beginsLikeSignedText(rawBody: Buffer): boolean {
  return signedTextStart.test(rawBody.toString('latin1', 0, longestPrefix));
}

/** A signed timestamp: the signed text and its time. */
export interface Timestamp {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly ms: number;
}

/** Reads Unix seconds (10 digits) or milliseconds (13 digits). A repeated header is joined with `, ` and so refused. */
export function readTimestamp(text: string | undefined): Timestamp | undefined {
  const written = String(text);
  if (!timestampText.test(written)) return undefined;
  return { text: written, ms: Number(written.padEnd(13, '0')) };
}

/** Reads a delivery id. A repeated header is joined with `, ` and so refused. */
export function readId(text: string | undefined): string | undefined {
  return text !== undefined && idText.test(text) ? text : undefined;
}

/** How many values of a header are read. */
const mostValues = 64;

/**
 * The values of a header that may hold several, as senders write them during a rotation. None if one comes twice: that
 * is no rotation but a repeated header.
 */
export function splitValues(value: string): readonly string[] {
  const parts = value.split(',', mostValues).map((part) => part.trim());
  return new Set(parts).size === parts.length ? parts : [];
}

/** The longest header that is read, in characters: ten times what so many values take. The patterns overflow on megabytes. */
const longestHeader = 65_536;

function isWritten(grammar: RegExp, value: string): boolean {
  return value.length <= longestHeader && grammar.test(value);
}

const stripeHeader = /^(?:[a-z]\w{0,15}=[^,=\s]+={0,2})(?:[ \t]*,[ \t]*[a-z]\w{0,15}=[^,=\s]+={0,2})*$/i;

/** Reads `t=1700000000,v1=…[,v1=…]` (https://docs.stripe.com/webhooks#verify-manually). A repeated `t` is refused. */
export function readTimestampedHeader(
  value: string,
): { readonly timestamp: Timestamp; readonly signatures: readonly string[] } | undefined {
  if (!isWritten(stripeHeader, value)) return undefined;
  const parts = value.split(',').map((part) => part.trim());
  const times = valuesAfter('t=', parts);
  const timestamp = readTimestamp(times[0]);
  if (times.length !== 1 || timestamp === undefined) return undefined;
  return { timestamp, signatures: valuesAfter('v1=', parts) };
}

/** What follows a prefix in the parts that have it, in any case. The prefix is in lower case. */
function valuesAfter(prefix: string, parts: readonly string[]): readonly string[] {
  return parts
    .filter((part) => part.slice(0, prefix.length).toLowerCase() === prefix)
    .map((part) => part.slice(prefix.length));
}

const standardHeader = /^v\d+[a-z]?,[\w+/=-]+(?:(?: *, *| +)v\d+[a-z]?,[\w+/=-]+)*$/i;

/**
 * Reads `v1,… [v1,… v1a,…]`, the signatures of Standard Webhooks
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). Versions other than v1
 * are asymmetric and ignored. Two headers of one name are joined with a comma; the same value twice is a repeated header.
 */
export function readVersionedHeader(value: string): readonly string[] | undefined {
  if (!isWritten(standardHeader, value)) return undefined;
  // Blanks before a comma are trimmed, not matched: a split looks for them from each blank anew.
  const values = value.split(/, *(?=v\d+[a-z]?,)/i).map((each) => each.trim());
  if (new Set(values).size !== values.length) return undefined;
  return values.flatMap((each) => valuesAfter('v1,', each.split(' ')));
}
