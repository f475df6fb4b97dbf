import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebhookResponse } from '../foundations/response';

/** How much more of an upload is read after an early answer, and for how long. */
const swallowBytes = 64 * 1024;
const swallowMs = 500;

/**
 * Writes the answer directly: `res.json` would hash the body for a useless ETag. An answer before the end of the upload
 * closes the connection; otherwise Node would read the rest of the upload.
 */
export function respond(request: IncomingMessage, response: ServerResponse, reply: WebhookResponse): void {
  if (response.headersSent || response.destroyed) return;
  const early = !request.complete && hasBody(request);
  // All headers in one call: if it throws, none of ours are left for the error handler. For HTTP/1.0 Node adds no
  // content-length, and a proxy needs it to keep its connection.
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': Buffer.byteLength(reply.body),
    ...(early && { connection: 'close' }),
  });
  if (!early) {
    response.end(reply.body);
    return;
  }
  response.write(reply.body);
  hangUp(request, response);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * Ends the response only after a moment. At its end Node destroys the socket, and a socket with unread bytes is reset:
 * a sender that is still writing would lose the answer. A short upload is read to its end. A long one is paused, and
 * its sender reads the answer while it waits.
 */
function hangUp(request: IncomingMessage, response: ServerResponse): void {
  let swallowed = 0;
  const timer = setTimeout(end, swallowMs).unref();
  function end(): void {
    clearTimeout(timer);
    request.off('data', onData).off('end', end).off('close', end);
    response.end();
  }
  function onData(chunk: Buffer | string): void {
    swallowed += chunk.length;
    if (swallowed > swallowBytes) request.pause();
  }
  request.on('data', onData).on('end', end).on('close', end);
  request.resume();
}
