import { isRecord } from '../../foundations/is-record';
import { Failure } from '../failure';
import { fieldsOf } from '../fields-of';
import { jsonIn } from '../json-in';
import type { CapturedRequest } from './captured-request';
import { parseHar } from './har';
import { parseRequestText } from './request-text';

const forms =
  'Known are lines that `listen` saved, a HAR file, and a request as text (headers, an empty line, the body as it was sent).';

/**
 * Reads the requests of a file: saved lines, a HAR file, or one request as text.
 *
 * @throws Failure saying which line cannot be read, never what stands in it
 */
export function parseCaptured(text: Buffer | string): CapturedRequest[] {
  const bytes = withoutMark(Buffer.isBuffer(text) ? text : Buffer.from(text, 'utf8'));
  const start = bytes.findIndex((byte) => !whiteSpace.has(byte));
  if (start < 0) throw new Failure(`There is no request in it: it is empty. ${forms}`);
  // Headers cannot begin with a brace, and nothing else that is kept does not.
  if (bytes[start] !== brace) return [parseRequestText(bytes.subarray(start))];
  const document = bytes.toString('utf8');
  const har = parseHar(document);
  if (har !== undefined) return har;
  return document.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [parseSavedLine(line, index + 1)]));
}

const brace = 0x7b;
const whiteSpace: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Editors on Windows put a byte order mark in front. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? bytes.subarray(3) : bytes;
}

/** The request as a line to keep, without a line end: JSON, with the bytes of the body in base64. */
export function toSavedLine({ receivedAt, method, url, headers, body }: CapturedRequest): string {
  return JSON.stringify({ version: 1, receivedAt, method, url, headers, body: body.toString('base64') });
}

/** Whether a value has the outer form of a saved line, so that it is not taken for a payload. */
export function isSaved(value: unknown): boolean {
  return isRecord(value) && 'version' in value && isRecord(value['headers']) && typeof value['body'] === 'string';
}

function parseSavedLine(line: string, number: number): CapturedRequest {
  const saved = jsonIn(line);
  if (saved === undefined) throw new Failure(`Line ${number} is not JSON. ${forms}`);
  if (!isSaved(saved.value)) {
    throw new Failure(`Line ${number} is no saved request: headers and body are missing. ${forms}`);
  }
  const { version, receivedAt, method, url, headers, body } = fieldsOf(saved.value);
  if (version !== 1) throw new Failure(`Line ${number} was saved by a newer version: update bigmind-webhooks.`);
  const pairs = Object.entries(headers as object).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return {
    method: typeof method === 'string' ? method : 'POST',
    url: typeof url === 'string' ? url : '/',
    headers: Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body as string, 'base64'),
    receivedAt: typeof receivedAt === 'number' ? receivedAt : undefined,
  };
}
