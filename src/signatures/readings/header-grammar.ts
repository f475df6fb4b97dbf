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

/** A signed timestamp: the signed text and its time. */
export interface Timestamp {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly ms: number;
}

/** Reads Unix seconds (10 digits) or milliseconds (13 digits). A repeated header is joined with `, ` and so refused. */
export function readTimestamp(text: string | undefined): Timestamp | undefined {
  if (text === undefined || !timestampText.test(text)) return undefined;
  return { text, ms: text.length === 10 ? Number(text) * 1000 : Number(text) };
}

/** Reads a delivery id. A repeated header is joined with `, ` and so refused. */
export function readId(text: string | undefined): string | undefined {
  return text !== undefined && idText.test(text) ? text : undefined;
}

const stripeHeader = /^(?:[a-z]\w{0,15}=[^,=\s]+={0,2})(?:,[a-z]\w{0,15}=[^,=\s]+={0,2})*$/;

/** Reads `t=1700000000,v1=…[,v1=…]` (https://docs.stripe.com/webhooks#verify-manually). A repeated `t` is refused. */
export function readTimestampedHeader(
  value: string,
): { readonly timestamp: Timestamp; readonly signatures: readonly string[] } | undefined {
  if (!stripeHeader.test(value)) return undefined;
  const parts = value.split(',');
  const times = parts.filter((part) => part.startsWith('t='));
  const timestamp = readTimestamp(times[0]?.slice(2));
  if (times.length !== 1 || timestamp === undefined) return undefined;
  return { timestamp, signatures: parts.filter((part) => part.startsWith('v1=')).map((part) => part.slice(3)) };
}

const standardHeader = /^v\d+[a-z]?,[\w+/=-]+(?: v\d+[a-z]?,[\w+/=-]+)*$/;

/**
 * Reads `v1,… [v1,… v1a,…]`, the signatures of Standard Webhooks
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). Versions other than v1
 * are asymmetric and ignored.
 */
export function readVersionedHeader(value: string): readonly string[] | undefined {
  if (!standardHeader.test(value)) return undefined;
  return value
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => part.slice(3));
}
