import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebhookResponse } from '../foundations/response';

/** After an early answer, so much of an upload is read on, and for so long at most. */
const swallowBytes = 64 * 1024;
const swallowMs = 500;

/**
 * Writes the answer by hand: `res.json` would hash the body for an ETag nobody asks for. An answer before the end of
 * the upload closes the connection, or Node would go on reading whatever the sender still has.
 */
export function respond(request: IncomingMessage, response: ServerResponse, reply: WebhookResponse): void {
  if (response.headersSent || response.destroyed) return;
  const early = !request.complete && hasBody(request);
  // In one piece: when it throws, whoever answers instead finds no header of ours. The length is for HTTP/1.0, where Node
  // adds none, and a proxy needs one to keep its connection.
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
 * Ends the response only after a moment: Node destroys the socket at its end, and a socket destroyed with unread bytes
 * is reset, which takes the answer away from a sender that is still writing. A short upload is read to its end; of a
 * long one the rest is left in its sender's hands, which reads the answer while it waits.
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
