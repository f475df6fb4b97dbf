import { crc32 } from 'node:zlib';
import type { JournalEnd, JournalEntry } from '../../foundations/contracts/journal';
import type { WebhookHeaders, WebhookParams } from '../../foundations/contracts/request';
import { savedLine } from '../../foundations/saved-line';
import type { Seal } from './seal';

/** The fields of an entry's line that we read back. */
export interface EntryFields extends Pick<JournalEntry, 'key' | 'event' | 'tenant' | 'scheme' | 'receivedAt'> {
  readonly position: number;
  readonly params?: WebhookParams | undefined;
  readonly headers?: WebhookHeaders | undefined;
  /** In base64. */
  readonly body?: string | undefined;
  /** Headers, params and body, encrypted, in base64. */
  readonly sealed?: string | undefined;
}

/** What the beginning of a line says. */
export type LineHead =
  | { readonly kind: 'entry'; readonly key: string; readonly position: number; readonly receivedAt: number }
  | { readonly kind: 'end'; readonly key: string };

/** The line of an entry, to be completed with its position. */
export type EntryLine = (position: number) => Buffer;

export async function entryLine(entry: JournalEntry, seal: Seal | undefined): Promise<EntryLine> {
  const { key, event, tenant, scheme, receivedAt, headers, params, rawBody } = entry;
  if (seal !== undefined) {
    const sealed = await seal.close(entry);
    return (position) =>
      toLine(JSON.stringify({ version: 1, receivedAt, position, key, event, tenant, scheme, sealed }));
  }
  const request = { receivedAt, method: 'POST', url: '/', headers, body: rawBody };
  return (position) => toLine(savedLine(request, { position, key, event, tenant, scheme, params }));
}

export function endLine(key: string, { outcome, succeeded, endedAt }: JournalEnd): Buffer {
  return toLine(JSON.stringify({ version: 1, end: key, outcome, succeeded, endedAt }));
}

const tail = ',"crc":"00000000"}\n';

/** Ends a line with a checksum of what is before: a crash may leave a line cut short, and zeros behind it. */
function toLine(json: string): Buffer {
  const line = Buffer.from(`${json.slice(0, -1)}${tail}`, 'utf8');
  const sum = crc32(line.subarray(0, -tail.length));
  line.write(sum.toString(16).padStart(8, '0'), line.length - 11, 'latin1');
  return line;
}

const tailPattern = /^,"crc":"([\da-f]{8})"\}$/;
const entryPattern = /^\{"version":1,"receivedAt":(-?[\d.e+-]+),"position":(\d{1,16}),"key":"([\da-f]{64})"/;
const endPattern = /^\{"version":1,"end":"([\da-f]{64})"/;
/** Longer than the longest beginning of a line that the patterns take. */
const headLength = 160;

/** Whether a line, without its line end, is as it was written. */
export function isWhole(line: Buffer): boolean {
  const start = line.length + 1 - tail.length;
  const [, sum] = (start > 0 && tailPattern.exec(line.toString('latin1', start))) || [];
  return sum !== undefined && crc32(line.subarray(0, start)) === Number.parseInt(sum, 16);
}

/** Reads the beginning of a whole line; `undefined` if no journal wrote it. */
export function readHead(line: Buffer): LineHead | undefined {
  const text = line.toString('latin1', 0, headLength);
  const [, receivedAt, position, key] = entryPattern.exec(text) ?? [];
  if (key !== undefined) return { kind: 'entry', key, position: Number(position), receivedAt: Number(receivedAt) };
  const [, ended] = endPattern.exec(text) ?? [];
  return ended === undefined ? undefined : { kind: 'end', key: ended };
}

/** The fields of a line that is whole and begins as an entry. */
export function readEntry(line: Buffer): EntryFields {
  return JSON.parse(line.toString('utf8')) as EntryFields;
}

/** The end in a line that is whole and begins as one. */
export function readEnd(line: Buffer): JournalEnd {
  const { outcome, succeeded, endedAt } = JSON.parse(line.toString('utf8')) as JournalEnd;
  return { outcome, succeeded, endedAt };
}
