import { fieldsOf } from '../../foundations/fields-of';
import { isEndLine, isJournalLine, isSaved, isSealedLine, savedLine } from '../../foundations/saved-line';
import { Failure } from '../failure';
import { jsonIn } from '../json-in';
import { whereBroken } from '../json-place';
import { toUtf8 } from '../to-utf8';
import { withoutCredentials } from '../without-credentials';
import type { CapturedAnswer, CapturedRequest } from './captured-request';
import { curlStart, parseCurlCommand } from './curl-command';
import { parseCurlVerbose, verboseStart } from './curl-verbose';
import { parseHar } from './har';
import { headersToSave } from './headers-to-save';
import { requestFromObject } from './request-object';
import { otherForms, parseRequestText } from './request-text';

const forms = `Pass a request as text: headers, an empty line, and the body as it was sent. ${otherForms}`;

export interface ParseOptions {
  /** The body of the request, for a form that does not show it. @default what the text holds */
  readonly body?: Buffer | undefined;
  /** Whether many requests may hold some that are no deliveries, since their method is not POST. @default false */
  readonly everyMethod?: boolean;
}

/**
 * Reads the requests of a file: saved lines, a HAR file, objects, a curl command, its output, or one request as text.
 *
 * @throws Failure naming the line that cannot be read, never its text
 */
export function parseCaptured(text: Buffer | string, options: ParseOptions = {}): CapturedRequest[] {
  const bytes = toUtf8(Buffer.isBuffer(text) ? text : Buffer.from(text, 'utf8'));
  const start = bytes.findIndex((byte) => !whiteSpace.has(byte));
  if (start < 0) throw new Failure(`The input is empty. ${forms}`);
  const { body } = options;
  // Headers never begin with a brace or a bracket. JSON always does.
  if (bytes[start] === brace || bytes[start] === bracket) {
    const requests = parseJsonForms(bytes.toString('utf8'), options);
    return body === undefined ? requests : requests.map((request) => ({ ...request, body }));
  }
  const shown = bytes.toString('utf8');
  if (verboseStart.test(shown)) return [parseCurlVerbose(shown, body)];
  if (isCurl(shown)) return [parseCurlCommand(shown, body)];
  const request = parseRequestText(bytes.subarray(start));
  return [body === undefined ? request : { ...request, body }];
}

/** Whether a text is a curl command or its output. */
export function isCurl(text: string): boolean {
  return verboseStart.test(text) || curlStart.exec(text.trimStart())?.index === 0;
}

function parseJsonForms(document: string, { everyMethod = false }: ParseOptions): CapturedRequest[] {
  const har = parseHar(document);
  if (har !== undefined) return har;
  const isWanted = ({ method }: CapturedRequest): boolean => everyMethod || method === 'POST';
  const whole = jsonIn(document);
  if (whole !== undefined && ![isSaved, isEndLine, isSealedLine].some((isLine) => isLine(whole.value))) {
    const requestOf = (value: unknown): CapturedRequest =>
      isSaved(value) ? readSaved(value, 1) : readObject(value, 1);
    if (!Array.isArray(whole.value)) return [requestOf(whole.value)];
    return whole.value.map(requestOf).filter(isWanted);
  }
  const lines = document.split('\n');
  // A journal passes over what a crash cut short, too.
  const mayBeTorn = lines.some(isJournalLine);
  // The first line is no JSON by itself: the file is one document, and broken.
  const isBroken = !mayBeTorn && jsonIn(lines.find((line) => line.trim() !== '') ?? '') === undefined;
  const broken = isBroken ? whereBroken(document) : undefined;
  if (broken !== undefined) {
    throw new Failure(
      `Line ${broken.line}, column ${broken.column} is not JSON: expected ${broken.expected}. ${forms}`,
    );
  }
  return lines
    .flatMap((line, index) => (line.trim() === '' ? [] : parseLine(line, index + 1, mayBeTorn)))
    .filter(isWanted);
}

const bracket = 0x5b;
const brace = 0x7b;
const whiteSpace: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** The request as a saved line, without a line end: JSON with the body's bytes in base64, and without credentials. */
export function toSavedLine(request: CapturedRequest): string {
  const { answer, ...sent } = request;
  return savedLine({ ...sent, url: withoutCredentials(sent.url), headers: headersToSave(request) }, answer);
}

/** The request of a line; none in a journal's line about an end, or in one that a crash cut short. */
function parseLine(line: string, number: number, mayBeTorn: boolean): CapturedRequest[] {
  const read = jsonIn(line);
  if (isEndLine(read?.value) || (mayBeTorn && read === undefined)) return [];
  if (read === undefined) {
    const { column = 1, expected = 'JSON' } = whereBroken(line) ?? {};
    throw new Failure(`Line ${number} is not JSON: at column ${column}, expected ${expected}. ${forms}`);
  }
  if (isSealedLine(read.value)) {
    throw new Failure(`Line ${number} is sealed: only the receiver whose journal wrote it can replay it.`);
  }
  if (isSaved(read.value)) return [readSaved(read.value, number)];
  return [readObject(read.value, number)];
}

function readObject(value: unknown, number: number): CapturedRequest {
  const request = requestFromObject(value);
  if (request !== undefined) return request;
  const { headers, body, rawBody } = fieldsOf(value);
  const hasBody = (rawBody ?? body ?? undefined) !== undefined;
  const missing = hasBody ? 'its headers are' : headers === undefined ? 'headers and body are' : 'its body is';
  throw new Failure(`Line ${number} is no saved request: ${missing} missing. ${forms}`);
}

function readSaved(saved: unknown, number: number): CapturedRequest {
  const { version, receivedAt, method, url, headers, body, status, outcome, ms } = fieldsOf(saved);
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
