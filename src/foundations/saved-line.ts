import { isRecord } from './is-record';

/** A request to write as a line: what `listen --save` saves, and what a journal keeps. */
export interface SavedRequest {
  /** In milliseconds since 1970. */
  readonly receivedAt?: number | undefined;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/**
 * A request as a line of JSON, without a line end, its body in base64. `further` are fields of the caller's own, which
 * readers ignore; they come first, so that the beginning of a line says whose it is.
 */
export function savedLine({ receivedAt, method, url, headers, body }: SavedRequest, further: object = {}): string {
  const head = JSON.stringify({ version: 1, receivedAt, ...further, method, url, headers });
  // JSON.stringify would look for what to escape in the body, which takes longer than all the rest.
  return `${head.slice(0, -1)},"body":"${body.toString('base64')}"}`;
}

/** Whether a value has the outer form of a saved line. Requests as AWS writes them have a text as their version. */
export function isSaved(value: unknown): boolean {
  if (!isRecord(value) || typeof value['version'] !== 'number') return false;
  return isRecord(value['headers']) && typeof value['body'] === 'string';
}

/** Whether a value is a journal's line that says how a delivery ended. It holds no request. */
export function isEndLine(value: unknown): boolean {
  return isRecord(value) && 'version' in value && typeof value['end'] === 'string' && 'crc' in value;
}

/** Whether a value is a journal's line whose request only the journal can unseal. */
export function isSealedLine(value: unknown): boolean {
  return isRecord(value) && 'version' in value && typeof value['sealed'] === 'string' && 'crc' in value;
}

const journalLine = /^\{"version":1,(?:"receivedAt":[^,]*,"position":\d+,"key":|"end":)"[\da-f]{64}"/;

/** Whether a text begins as a line of a journal does. */
export function isJournalLine(text: string): boolean {
  return journalLine.test(text);
}
