import { fieldsOf } from '../../foundations/fields-of';
import { isRecord } from '../../foundations/is-record';
import { Failure } from '../failure';
import { jsonIn } from '../json-in';
import { toUtf8 } from '../to-utf8';
import type { CapturedAnswer, CapturedRequest } from './captured-request';
import { parseHar } from './har';
import { headersToSave } from './headers-to-save';
import { parseRequestText } from './request-text';

const forms =
  'Pass lines that `listen` saved, a HAR file, or a request as text (headers, an empty line, the body as it was sent).';

/**
 * Reads the requests of a file: saved lines, a HAR file, or one request as text.
 *
 * @throws Failure naming the line that cannot be read, never its text
 */
export function parseCaptured(text: Buffer | string): CapturedRequest[] {
  const bytes = toUtf8(Buffer.isBuffer(text) ? text : Buffer.from(text, 'utf8'));
  const start = bytes.findIndex((byte) => !whiteSpace.has(byte));
  if (start < 0) throw new Failure(`The input is empty. ${forms}`);
  // Headers never begin with a brace. Saved lines and HAR files always do.
  if (bytes[start] !== brace) return [parseRequestText(bytes.subarray(start))];
  const document = bytes.toString('utf8');
  const har = parseHar(document);
  if (har !== undefined) return har;
  return document.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [parseSavedLine(line, index + 1)]));
}

const brace = 0x7b;
const whiteSpace: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** The request as a saved line, without a line end: JSON with the body's bytes in base64, and without credentials. */
export function toSavedLine(request: CapturedRequest): string {
  const { receivedAt, method, url, body, answer } = request;
  const headers = headersToSave(request);
  return JSON.stringify({ version: 1, receivedAt, method, url, headers, body: body.toString('base64'), ...answer });
}

/** Whether a value has the outer form of a saved line, and so is no payload. */
export function isSaved(value: unknown): boolean {
  return isRecord(value) && 'version' in value && isRecord(value['headers']) && typeof value['body'] === 'string';
}

function parseSavedLine(line: string, number: number): CapturedRequest {
  const saved = jsonIn(line);
  if (saved === undefined) throw new Failure(`Line ${number} is not JSON. ${forms}`);
  if (!isSaved(saved.value)) {
    throw new Failure(`Line ${number} is no saved request: headers and body are missing. ${forms}`);
  }
  const { version, receivedAt, method, url, headers, body, status, outcome, ms } = fieldsOf(saved.value);
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
    ...(typeof status === 'number' && { answer: answerOf(status, outcome, ms) }),
  };
}

function answerOf(status: number, outcome: unknown, ms: unknown): CapturedAnswer {
  return {
    status,
    ...(typeof outcome === 'string' && /^[a-z-]{1,40}$/.test(outcome) && { outcome }),
    ...(typeof ms === 'number' && { ms }),
  };
}
