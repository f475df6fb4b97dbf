import { fieldsOf } from '../../foundations/fields-of';
import { isEndLine, isJournalLine, isSaved, isSealedLine, savedLine } from '../../foundations/saved-line';
import { Failure } from '../failure';
import { jsonIn } from '../json-in';
import { toUtf8 } from '../to-utf8';
import type { CapturedRequest } from './captured-request';
import { parseHar } from './har';
import { headersToSave } from './headers-to-save';
import { parseRequestText } from './request-text';

const forms =
  'Pass lines that `listen` or a journal saved, a HAR file, or a request as text (headers, an empty line, the body as it was sent).';

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
  const lines = document.split('\n').map((line, index) => ({ line, number: index + 1 }));
  // A journal passes over what a crash cut short, too.
  const mayBeTorn = lines.some(({ line }) => isJournalLine(line));
  return lines.flatMap(({ line, number }) => {
    const saved = jsonIn(line);
    if (line.trim() === '' || isEndLine(saved?.value) || (mayBeTorn && saved === undefined)) return [];
    return [parseSavedLine(saved, number)];
  });
}

const brace = 0x7b;
const whiteSpace: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** The request as a saved line, without a line end: JSON with the body's bytes in base64, and without credentials. */
export function toSavedLine(request: CapturedRequest): string {
  return savedLine({ ...request, headers: headersToSave(request) });
}

function parseSavedLine(saved: { readonly value: unknown } | undefined, number: number): CapturedRequest {
  if (saved === undefined) throw new Failure(`Line ${number} is not JSON. ${forms}`);
  if (isSealedLine(saved.value)) {
    throw new Failure(`Line ${number} is sealed: only the receiver whose journal wrote it can replay it.`);
  }
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
