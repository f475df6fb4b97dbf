import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { afterMs } from '../foundations/real-timers';
import type { WebhookResponse } from '../foundations/response';
import { crumbCounter } from './crumbs';
import { headersOf } from './request-headers';

/** How much more of an upload is read after an early answer, and for how long. */
const swallowBytes = 64 * 1024;
const swallowMs = 500;

/**
 * Writes the answer directly: `res.json` would hash the body for a useless ETag. An answer before the end of the upload
 * closes the connection, or the stream of HTTP/2; otherwise Node would read the rest of the upload. The `last` answer of
 * a receiver that closes ends the connection: a proxy that keeps it would send the next delivery here, to be refused.
 */
export function respond(
  request: IncomingMessage,
  response: ServerResponse,
  reply: WebhookResponse,
  { last }: { readonly last: boolean },
): void {
  if (response.headersSent || response.destroyed) return;
  const http2 = request.httpVersionMajor >= 2;
  const early = isUploading(request, http2);
  // For HTTP/1.0 Node adds no content-length, and a proxy needs it to keep its connection.
  const headers: OutgoingHttpHeaders = { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) };
  // HTTP/2 forbids it.
  if ((early || last) && !http2) headers.connection = 'close';
  // All headers in one call: if it throws, none of ours are left for the error handler.
  response.writeHead(reply.status, headers);
  if (early && !http2) response.write(reply.body);
  else response.end(reply.body);
  if (last && http2) closeSession(response as unknown as Http2ServerResponse);
  if (!early) return;
  if (http2) closeStream(request, response as unknown as Http2ServerResponse);
  else hangUp(request, response);
}

/** Whether the sender has closed the connection, or the stream of HTTP/2. */
export function hasGone(response: ServerResponse): boolean {
  const { stream } = response as unknown as Partial<Http2ServerResponse>;
  return response.destroyed || stream?.destroyed === true;
}

/** A request that is not Node's own may have no `complete`; there is no connection to close, then. */
function isUploading(request: Partial<IncomingMessage>, http2: boolean): boolean {
  if (request.complete !== false) return false;
  const headers = headersOf(request);
  return http2 || headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Streams that are open go on to their end. A response that is not Node's own may have neither. */
function closeSession({ stream }: Partial<Http2ServerResponse>): void {
  stream?.session?.close();
}

/**
 * The answer has ended, but the stream is only closed when its sender ends, too: it counts until then. Once the sender has
 * ended, nothing is left to close, and a reset would overtake the end of the answer: it would look cut off.
 */
function closeStream(request: IncomingMessage, { stream }: Http2ServerResponse): void {
  function close(): void {
    if (!request.complete) stream.close();
  }
  readOn(request, { close, tooMuch: () => stream.close() });
}

/**
 * Ends the response only after a moment. At its end Node destroys the socket, and a socket with unread bytes is reset:
 * a sender that is still writing would lose the answer. A short upload is read to its end. A long one is paused, and
 * its sender reads the answer while it waits.
 */
function hangUp(request: IncomingMessage, response: ServerResponse): void {
  readOn(request, { close: () => response.end(), tooMuch: () => void request.pause() });
}

/** Reads the rest of an upload, for a moment; then, or at its end, calls `close`. */
function readOn(request: IncomingMessage, { close, tooMuch }: { close: () => void; tooMuch: () => void }): void {
  let swallowed = 0;
  const isInCrumbs = crumbCounter();
  const stopWaiting = afterMs(swallowMs, end);
  function end(): void {
    stopWaiting();
    request.off('data', onData).off('end', end).off('close', end);
    close();
  }
  function onData(chunk: Buffer | string): void {
    swallowed += chunk.length;
    // Of crumbs it reads no more: Node would keep an object for each that it reads ahead.
    if (isInCrumbs(chunk.length)) end();
    else if (swallowed > swallowBytes) tooMuch();
  }
  request.on('data', onData).on('end', end).on('close', end);
  request.resume();
}
