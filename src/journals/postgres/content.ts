import type { JournalEntry, JournalSeal } from '../../foundations/contracts/journal';
import { isRecord } from '../../foundations/is-record';

/** What is large in an entry, or tells of people. */
export type Content = Pick<JournalEntry, 'scheme' | 'headers' | 'params' | 'rawBody'>;

/** Content as it is stored; `head` is `null` if it is sealed into the body. */
export interface StoredContent {
  readonly head: Buffer | null;
  readonly body: Buffer;
}

const lengthBytes = 4;

export async function writeContent(
  { scheme, headers, params, rawBody }: Content,
  seal: JournalSeal | undefined,
): Promise<StoredContent> {
  const head = Buffer.from(JSON.stringify({ scheme, headers, params }), 'utf8');
  if (seal === undefined) return { head, body: rawBody };
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(head.length);
  const sealed: unknown = await seal.encrypt(Buffer.concat([length, head, rawBody]));
  if (sealed instanceof Uint8Array) return { head: null, body: bufferOf(sealed) };
  throw new TypeError('postgresJournal.seal.encrypt did not return bytes.');
}

/** Rejects if it cannot be read: sealed with another key, or not written by this journal. */
export async function readContent({ head, body }: StoredContent, seal: JournalSeal | undefined): Promise<Content> {
  if (head !== null) return { ...readHead(head), rawBody: body };
  if (seal === undefined) throw new TypeError('The entry is sealed, and postgresJournal has no seal.');
  const opened = bufferOf(await seal.decrypt(body));
  const end = lengthBytes + opened.readUInt32BE(0);
  return { ...readHead(opened.subarray(lengthBytes, end)), rawBody: opened.subarray(end) };
}

function readHead(head: Buffer): Omit<Content, 'rawBody'> {
  const read: unknown = JSON.parse(head.toString('utf8'));
  if (isRecord(read)) {
    const { scheme, headers, params } = read;
    if (typeof scheme === 'string' && isTexts(headers) && isTexts(params)) return { scheme, headers, params };
  }
  throw new TypeError('The entry was not written by this journal.');
}

function isTexts(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
