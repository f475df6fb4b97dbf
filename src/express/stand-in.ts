import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { bytesOf } from '../foundations/bytes-of';
import { atEndOfTurn } from '../foundations/real-timers';
import { headersOf } from './request-headers';

/** Hands on what a request emits from now on. Returns a function that ends the copy. */
export function copyTo(copy: Readable, request: IncomingMessage): () => void {
  const end = (): void => endOnce(copy);
  request.on('data', (chunk) => copy.push(chunk));
  request.on('end', end);
  // Emitting anything but bytes destroys the copy, which the reader sees.
  copy.on('error', () => undefined);
  return end;
}

function endOnce(stream: Readable): void {
  if (!stream.readableEnded) stream.push(null);
}

/**
 * The request to read from: the given one, or a stand-in for one that is no stream, as in tests that call the router by
 * hand. Its body is the chunks emitted in this turn of the event loop.
 */
export function readableRequest(request: IncomingMessage): IncomingMessage {
  if (typeof request.pause === 'function') return request;
  const standIn = new Readable({ read() {} });
  const end = typeof request.on === 'function' ? copyTo(standIn, request) : () => endOnce(standIn);
  atEndOfTurn(end);
  const { method } = request;
  const [rawBody, body] = [fieldOf(request, 'rawBody'), fieldOf(request, 'body')];
  // Who gave it a body has read it from somewhere.
  Object.defineProperty(standIn, 'readableDidRead', { value: isFilled(rawBody) || isFilled(body) });
  return Object.assign(standIn, { rawBody, body, method, headers: headersOf(request) }) as unknown as IncomingMessage;
}

/** Whether a field of a request holds a body. `{}` is none: parsers set it for requests that they did not read. */
export function isFilled(body: unknown): boolean {
  const bytes = typeof body === 'string' ? body : bytesOf(body);
  if (bytes !== undefined) return bytes.length > 0;
  return typeof body === 'object' && body !== null && Object.keys(body).length > 0;
}

/** A property that others add to a request. On some platforms `body` is a getter that parses, and it may throw. */
export function fieldOf(request: object, name: 'rawBody' | 'body'): unknown {
  try {
    return (request as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}
