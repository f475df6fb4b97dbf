import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { isUint8Array } from 'node:util/types';
import type { BytesInFlight } from '../foundations/bytes-in-flight';
import { DeferredTimer } from '../foundations/deferred-timer';
import { Settled } from '../foundations/delivery';
import { atEndOfTurn } from '../foundations/real-timers';
import { type BodyRules, misread, refuseLarge } from '../foundations/refuse-body';
import type { Chunks, CountedChunks } from './chunks';
import { crumbCounter } from './crumbs';
import type { Turns } from './turns';

export interface ReadOptions extends BodyRules {
  /** How long the body may take to arrive, in milliseconds. */
  readonly readTimeoutMs: number;
  /** Counts the bytes of all bodies that are being read. */
  readonly inFlight: BytesInFlight;
  /** Where bodies in crumbs wait to be read. */
  readonly turns: Turns;
}

const notBytes =
  'The request is a stream of objects, not of bytes, so no signature can be verified. Hand over the ' +
  'request as it came, or keep the bytes as request.rawBody.';

/**
 * Listens at once: other listeners may start the stream, and missed bytes are lost. It looks at the bytes only at the
 * end of this turn of the event loop. A small body is whole by then, so it needs no timer and no more listeners.
 */
export function readStream(
  request: IncomingMessage,
  options: ReadOptions,
  chunks: Chunks | CountedChunks,
  done: (result: Buffer | Settled) => void,
): void {
  let state: 'first turn' | 'whole' | 'waiting' | 'done' = 'first turn';
  let timer: DeferredTimer | undefined;
  let handOn = done;
  const isInCrumbs = crumbCounter();

  function onData(chunk: Buffer | string): void {
    if (state === 'done') return;
    if (typeof chunk !== 'string' && !isUint8Array(chunk)) {
      finish(misread(notBytes));
      return;
    }
    const came = typeof chunk === 'string' ? Buffer.from(chunk, request.readableEncoding ?? 'utf8') : chunk;
    const refused = refuseLarge(chunks.bytes + came.length, options) ?? options.inFlight.take(came.length);
    if (refused === undefined) chunks.add(came);
    else finish(refused);
    if (isInCrumbs(came.length)) options.turns.take(request, () => state !== 'done');
  }
  function onEnd(): void {
    if (state === 'waiting') finishWhole();
    else if (state === 'first turn') state = 'whole';
  }
  /** Also handles late errors of the socket: without a listener they would end the process. */
  function onAbort(): void {
    if (state !== 'whole') finish(aborted());
  }
  function finishWhole(): void {
    finish(wasReset(request, chunks.bytes) ? aborted() : chunks.take());
  }
  function aborted(): Settled {
    return new Settled('malformed', { reason: `The upload was aborted after ${chunks.bytes} bytes.` });
  }
  function giveUp(): void {
    const reason = `${chunks.bytes} bytes came within readTimeoutMs (${options.readTimeoutMs}).`;
    finish(new Settled('read-timeout', { reason }));
  }
  function finish(result: Buffer | Settled): void {
    if (state === 'done') return;
    state = 'done';
    timer?.clear();
    options.inFlight.give(chunks.bytes);
    if (result instanceof Settled) {
      chunks.drop();
      request.pause();
    }
    handOn(result);
  }
  function lookAtWhatCame(): void {
    if (state === 'whole') finishWhole();
    if (state !== 'first turn') return;
    state = 'waiting';
    // Later bytes come from the socket. Handlers, loggers and tracing still need the request's own async context.
    handOn = AsyncResource.bind(done);
    // After a process was frozen, its sockets are read before the body is given up: it may all be there.
    timer = new DeferredTimer(() => setTimeout(() => atEndOfTurn(giveUp), options.readTimeoutMs));
    request.on('close', onAbort);
    if (request.destroyed) onAbort();
  }

  request.on('data', onData).on('end', onEnd).on('error', onAbort);
  // An earlier middleware may have paused the stream to keep it for us.
  if (request.readableFlowing === false) request.resume();
  atEndOfTurn(lookAtWhatCame);
}

/** A stream of HTTP/2 that was reset ends like a whole one. */
function wasReset(request: IncomingMessage, bytes: number): boolean {
  if (request.httpVersionMajor < 2) return false;
  const { aborted } = request as unknown as Http2ServerRequest;
  return aborted && Number(request.headers['content-length']) !== bytes;
}
