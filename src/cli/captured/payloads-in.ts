import { isUtf8 } from 'node:buffer';
import { isRecord } from '../../foundations/is-record';
import { isJournalLine, isSaved } from '../../foundations/saved-line';
import { jsonIn } from '../json-in';
import { parseCaptured } from './parse-captured';

/** A payload in a file. */
export interface FoundPayload {
  /** The parsed text; absent if it is not JSON. */
  readonly payload?: { readonly value: unknown };
  /** The number of its line, or of its request, from 1. */
  readonly line: number;
}

const requestStart = /^(?:[A-Z]+ \S+ HTTP\/[\d.]+|HTTP\/[\d.]+ \d{3}|[\w-]+:[ \t]*\S)/;

/** The payloads in a file: a single one, one on each line, or the bodies of captured requests. */
export function payloadsIn(bytes: Buffer): FoundPayload[] {
  const text = bytes.toString('utf8');
  if (requestStart.test(text.trimStart())) return bodiesOf(bytes);
  const whole = parse(bytes);
  if (whole !== undefined) return isCaptured(whole.value) ? bodiesOf(bytes) : [{ payload: whole, line: 1 }];
  const lines = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ line, number: index + 1 }]));
  if (lines.some(({ line }) => isJournalLine(line))) return bodiesOf(bytes);
  const parsed = lines.map(({ line, number }) => ({ payload: parse(Buffer.from(line, 'utf8')), line: number }));
  // The first line is no whole JSON text, so the file is one broken payload.
  if (parsed[0]?.payload === undefined || parsed.length === 1) return [{ line: 1 }];
  return parsed.map(({ payload, line }) => withBody(payload, line));
}

function bodiesOf(bytes: Buffer): FoundPayload[] {
  return parseCaptured(bytes).map(({ body }, index) => found(parse(body), index + 1));
}

/** A line is a payload, or a saved request with a payload. */
function withBody(payload: { readonly value: unknown } | undefined, line: number): FoundPayload {
  if (payload === undefined || !isSaved(payload.value)) return found(payload, line);
  const [request] = parseCaptured(JSON.stringify(payload.value));
  return found(request && parse(request.body), line);
}

function found(payload: { readonly value: unknown } | undefined, line: number): FoundPayload {
  return payload === undefined ? { line } : { payload, line };
}

function isCaptured(value: unknown): boolean {
  return isSaved(value) || (isRecord(value) && 'log' in value && !('event' in value));
}

function parse(bytes: Buffer): { readonly value: unknown } | undefined {
  return isUtf8(bytes) ? jsonIn(bytes.toString('utf8')) : undefined;
}
