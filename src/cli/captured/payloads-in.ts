import { isUtf8 } from 'node:buffer';
import { isRecord } from '../../foundations/is-record';
import { isJournalLine, isSaved } from '../../foundations/saved-line';
import { jsonIn } from '../json-in';
import { type BrokenJson, whereBroken } from '../json-place';
import { isCurl, parseCaptured } from './parse-captured';
import { requestFromObject } from './request-object';

/** A payload in a file. */
export interface FoundPayload {
  /** The parsed text; absent if it is not JSON. */
  readonly payload?: { readonly value: unknown };
  /** Where a text is not JSON; absent if it is not UTF-8 either. */
  readonly broken?: BrokenJson;
  /** The number of its line, request or item, from 1. */
  readonly line: number;
}

const requestStart = /^(?:[A-Z]+ \S+ HTTP\/[\d.]+|HTTP\/[\d.]+ \d{3}|[\w-]+:[ \t]*\S)/;

/** The payloads in a file: a single one, one on each line, the items of a list, or the bodies of captured requests. */
export function payloadsIn(bytes: Buffer): FoundPayload[] {
  const text = bytes.toString('utf8');
  if (requestStart.test(text.trimStart()) || isCurl(text)) return bodiesOf(bytes);
  const whole = jsonIn(text);
  if (whole !== undefined && isUtf8(bytes)) return isCaptured(whole.value) ? bodiesOf(bytes) : itemsOf(whole);
  // A character for each byte: one that is no UTF-8 concerns its own line alone.
  const written = bytes.toString('latin1').split('\n');
  const lines = written.flatMap((line, index) => (line.trim() === '' ? [] : [{ line, number: index + 1 }]));
  if (lines.some(({ line }) => isJournalLine(line))) return bodiesOf(bytes);
  const parsed = lines.map(({ line, number }) => withBody(inLine(Buffer.from(line, 'latin1'), number)));
  // The lines of one broken payload are no JSON by themselves, or no object.
  const areMany = parsed.length > 1 && parsed.some((one) => one === undefined || hasFields(one.payload?.value));
  return areMany ? parsed.filter((one) => one !== undefined) : [found(bytes, 1)];
}

function hasFields(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length > 0;
}

function bodiesOf(bytes: Buffer): FoundPayload[] {
  return parseCaptured(bytes).map(({ body }, index) => found(body, index + 1));
}

function itemsOf(whole: { readonly value: unknown }): FoundPayload[] {
  if (!Array.isArray(whole.value)) return [{ payload: whole, line: 1 }];
  return whole.value.map((value: unknown, index) => ({ payload: { value }, line: index + 1 }));
}

/** A line is a payload, or a request with a payload; `undefined` for a request that is no delivery, by its method. */
function withBody(line: FoundPayload): FoundPayload | undefined {
  if (line.payload === undefined || !isRequest(line.payload.value)) return line;
  const [request] = parseCaptured(JSON.stringify(line.payload.value), { everyMethod: true });
  if (request === undefined) return line;
  return request.method === 'POST' ? found(request.body, line.line) : undefined;
}

/** The place is counted in the file: a line of many is not the first. */
function inLine(bytes: Buffer, line: number): FoundPayload {
  const { broken, ...rest } = found(bytes, line);
  return broken === undefined ? rest : { ...rest, broken: { ...broken, line } };
}

/** The place is counted in these bytes. */
function found(bytes: Buffer, line: number): FoundPayload {
  if (!isUtf8(bytes)) return { line };
  const text = bytes.toString('utf8');
  const payload = jsonIn(text);
  if (payload !== undefined) return { payload, line };
  const broken = whereBroken(text);
  return broken === undefined ? { line } : { broken, line };
}

function isCaptured(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isRequest);
  return isRequest(value) || (isRecord(value) && 'log' in value && !('event' in value));
}

function isRequest(value: unknown): boolean {
  return isSaved(value) || (isRecord(value) && !('event' in value) && requestFromObject(value) !== undefined);
}
