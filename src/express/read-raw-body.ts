import type { IncomingMessage } from 'node:http';
import { isUint8Array } from 'node:util/types';
import type { WebhookHeaders } from '../contracts';
import { Settled } from '../delivery';
import type { MaybePromise } from '../maybe-promise';
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

/** The bytes of a request: those that somebody kept, else the stream, if nobody read it. */
export function readRawBody(request: IncomingMessage, options: ReadOptions): MaybePromise<Buffer | Settled> {
  const kept = keptBytes(request);
  if (kept !== undefined) return kept.length > options.limit ? tooLarge(kept.length, options) : kept;
  if (wasRead(request)) return new Settled('misconfigured', { reason: alreadyParsed });
  return refuseUnread(request, options) ?? readStream(request, options);
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

function readStream(request: IncomingMessage, options: ReadOptions): Promise<Buffer | Settled> {
  return new Promise((resolve) => {
    const chunks = new Chunks();
    function giveUp(): void {
      const reason = `${chunks.bytes} bytes came within readTimeoutMs (${options.readTimeoutMs}).`;
      finish(new Settled('read-timeout', { reason }));
    }
    const timer = new PatientTimer(() => setTimeout(giveUp, options.readTimeoutMs));

    function onData(chunk: Buffer | string): void {
      chunks.add(typeof chunk === 'string' ? Buffer.from(chunk, request.readableEncoding ?? 'utf8') : chunk);
      if (chunks.bytes > options.limit) finish(tooLarge(chunks.bytes, options));
    }
    function onEnd(): void {
      finish(chunks.joined());
    }
    function onAbort(): void {
      finish(new Settled('malformed', { reason: `The upload was aborted after ${chunks.bytes} bytes.` }));
    }
    function finish(result: Buffer | Settled): void {
      timer.clear();
      request.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort);
      if (result instanceof Settled) request.pause();
      // A late error of the socket has nobody to listen to it, and must not end the process.
      request.on('error', ignoreError);
      resolve(result);
    }
    request.on('data', onData).on('end', onEnd).on('error', onAbort).on('close', onAbort);
    if (request.readableEnded) onEnd();
    else if (request.destroyed) onAbort();
    // A middleware before us may have paused the stream to keep it for us.
    else request.resume();
  });
}

const smallBytes = 1024;
const mostSmall = 1024;

/**
 * What has come of a body. Small chunks are copied together as they come: each costs some 200 bytes of bookkeeping, so
 * that a body within the limit, sent byte by byte, would take hundreds of megabytes.
 */
class Chunks {
  bytes = 0;
  readonly #whole: Buffer[] = [];
  #small: Buffer[] = [];

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#small.push(chunk);
    if (chunk.length > smallBytes || this.#small.length === mostSmall) this.#flush();
  }

  joined(): Buffer {
    this.#flush();
    const [first] = this.#whole;
    return this.#whole.length === 1 && first !== undefined ? first : Buffer.concat(this.#whole, this.bytes);
  }

  #flush(): void {
    const [only] = this.#small;
    if (only === undefined) return;
    this.#whole.push(this.#small.length === 1 ? only : Buffer.concat(this.#small));
    this.#small = [];
  }
}

function ignoreError(): void {}
