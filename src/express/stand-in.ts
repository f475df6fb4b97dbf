import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { isRecord } from '../foundations/is-record';

/** The real one is kept: a test with fake timers should still get an answer. */
const { setImmediate } = globalThis;

/**
 * The request to read from: the given one, or a stand-in for one that is no stream or has no headers, as in tests that
 * call the router by hand. What it emits in this turn of the event loop is its body; nothing more is waited for.
 */
export function readableRequest(request: IncomingMessage): IncomingMessage {
  const isStream = typeof request.pause === 'function';
  if (isStream && request.headers !== undefined) return request;
  const standIn = new Readable({ read() {} });
  function end(): void {
    if (!standIn.readableEnded) standIn.push(null);
  }
  if (typeof request.on === 'function') {
    request.on('data', (chunk) => standIn.push(chunk));
    request.on('end', end);
  }
  if (!isStream) setImmediate(end);
  const {
    rawBody,
    body,
    method,
    headers = {},
  } = request as Partial<IncomingMessage> & { rawBody?: unknown; body?: unknown };
  const readableDidRead = isRecord(body) && Object.keys(body).length > 0;
  Object.defineProperty(standIn, 'readableDidRead', { value: readableDidRead });
  return Object.assign(standIn, { rawBody, body, method, headers }) as unknown as IncomingMessage;
}
