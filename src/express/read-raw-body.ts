import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import timers from 'node:timers';
import { isUint8Array } from 'node:util/types';
import type { WebhookHeaders } from '../contracts';
import { Settled } from '../delivery';
import { PatientTimer } from '../patient-timer';

export interface ReadOptions {
  /** Largest body, in bytes. */
  readonly limit: number;
  /** How long the body may take to arrive. */
  readonly readTimeoutMs: number;
  /** Refuses, by its headers alone, a request whose body need not be read. */
  readonly refuseUnsigned: (headers: WebhookHeaders) => Settled | undefined;
}

/** A request that a parser before us may have read. */
type MaybeParsed = IncomingMessage & { readonly rawBody?: unknown; readonly body?: unknown };

/** Hands on the bytes of a request: those that somebody kept, else the stream, if nobody read it. Calls `done` once. */
export function readRawBody(
  request: IncomingMessage,
  options: ReadOptions,
  done: (result: Buffer | Settled) => void,
): void {
  const kept = keptBytes(request);
  if (kept !== undefined) done(kept.length > options.limit ? tooLarge(kept.length, options) : kept);
  else if (wasRead(request)) done(new Settled('misconfigured', { reason: alreadyParsed }));
  else {
    const refused = refuseUnread(request, options);
    if (refused === undefined) readStream(request, options, done);
    else done(refused);
  }
}

const alreadyParsed =
  'BODY_ALREADY_PARSED: the body was read before it reached bigmind-webhooks, and no bytes were kept, so no signature ' +
  'can be verified. Mount the router before express.json(), or keep the bytes: express.json({ verify: keepRawBody }).';

function keptBytes(request: MaybeParsed): Buffer | undefined {
  return asBuffer(request.rawBody) ?? asBuffer(bodyOf(request));
}

/** On some platforms `body` is a getter that parses, and throws at what it cannot parse. */
function bodyOf(request: MaybeParsed): unknown {
  try {
    return request.body;
  } catch {
    return undefined;
  }
}

function asBuffer(value: unknown): Buffer | undefined {
  if (!isUint8Array(value)) return undefined;
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** What `body` says does not count: Express 4's json() leaves `{}` there for bodies that it did not read. */
function wasRead(request: IncomingMessage): boolean {
  if (request.readableDidRead) return true;
  return request.readableEnded && request.headers['content-length'] !== '0';
}

function refuseUnread(request: IncomingMessage, options: ReadOptions): Settled | undefined {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    return new Settled('unsupported-encoding', { reason: 'It is not said which bytes of an encoded body are signed.' });
  }
  const unsigned = options.refuseUnsigned(request.headers as WebhookHeaders);
  if (unsigned !== undefined) return unsigned;
  const announced = Number(request.headers['content-length'] ?? 0);
  return announced > options.limit ? tooLarge(announced, options) : undefined;
}

function tooLarge(bytes: number, { limit }: ReadOptions): Settled {
  return new Settled('too-large', { reason: `${bytes} bytes or more came, limit allows ${limit}.` });
}

/** Kept as it is now: whoever fakes timers in a test should still get an answer. */
const atEndOfTurn = timers.setImmediate;

/**
 * Listens at once, since others may listen as well and what flows past is gone, but looks at what came only at the end of
 * this turn of the event loop. A small body is whole by then: it needs no timer, no more listeners and no promise, and
 * those that came in the same turn are handled one after the other, out of warm caches (150 → 110 µs a request of 700 B).
 */
function readStream(request: IncomingMessage, options: ReadOptions, done: (result: Buffer | Settled) => void): void {
  const chunks = new Chunks();
  let state: 'first turn' | 'whole' | 'waiting' | 'done' = 'first turn';
  let timer: PatientTimer | undefined;
  let handOn = done;

  function onData(chunk: Buffer | string): void {
    if (state === 'done') return;
    chunks.add(typeof chunk === 'string' ? Buffer.from(chunk, request.readableEncoding ?? 'utf8') : chunk);
    if (chunks.bytes > options.limit) finish(tooLarge(chunks.bytes, options));
  }
  function onEnd(): void {
    if (state === 'waiting') finish(chunks.takeJoined());
    else if (state === 'first turn') state = 'whole';
  }
  /** Also for a late error of the socket, which with nobody to listen to it would end the process. */
  function onAbort(): void {
    if (state !== 'whole') finish(aborted());
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
    if (result instanceof Settled) request.off('data', onData).off('end', onEnd).pause();
    handOn(result);
  }
  function lookAtWhatCame(): void {
    if (state === 'whole') finish(wasReset(request, chunks.bytes) ? aborted() : chunks.takeJoined());
    if (state !== 'first turn') return;
    state = 'waiting';
    // What comes now comes from the socket: handlers, loggers and tracing are still to find the request's own context.
    handOn = AsyncResource.bind(done);
    timer = new PatientTimer(() => setTimeout(giveUp, options.readTimeoutMs));
    request.on('close', onAbort);
    if (request.destroyed) onAbort();
  }

  request.on('data', onData).on('end', onEnd).on('error', onAbort);
  if (request.readableEnded) state = 'whole';
  // A middleware before us may have paused the stream to keep it for us.
  else if (request.readableFlowing === false) request.resume();
  atEndOfTurn(lookAtWhatCame);
}

/** A stream of HTTP/2 that is reset ends as if it were whole. */
function wasReset(request: IncomingMessage, bytes: number): boolean {
  if (request.httpVersionMajor < 2) return false;
  const { aborted } = request as unknown as Http2ServerRequest;
  return aborted && Number(request.headers['content-length']) !== bytes;
}

const smallBytes = 1024;
const mostSmall = 1024;

/**
 * What has come of a body. Small chunks are copied together as they come: each costs some 200 bytes of bookkeeping, so
 * that a body within the limit, sent byte by byte, would take hundreds of megabytes.
 */
class Chunks {
  bytes = 0;
  #whole: Buffer[] = [];
  #small: Buffer[] = [];

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#small.push(chunk);
    if (chunk.length > smallBytes || this.#small.length === mostSmall) this.#flush();
  }

  /** Hands them over: a listener that nobody took off must not hold them as well. */
  takeJoined(): Buffer {
    this.#flush();
    const whole = this.#whole;
    this.#whole = [];
    const [first] = whole;
    return whole.length === 1 && first !== undefined ? first : Buffer.concat(whole, this.bytes);
  }

  #flush(): void {
    const [only] = this.#small;
    if (only === undefined) return;
    this.#whole.push(this.#small.length === 1 ? only : Buffer.concat(this.#small));
    this.#small = [];
  }
}
