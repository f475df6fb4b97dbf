import type { IncomingMessage } from 'node:http';
import { isUint8Array } from 'node:util/types';
import { isIdentityEncoding } from '../foundations/content-encoding';
import type { WebhookHeaders } from '../foundations/contracts/request';
import { Settled } from '../foundations/delivery';
import { type ReadOptions, readStream, tooLarge } from './read-stream';

/** A request that an earlier parser may have read. */
type MaybeParsed = IncomingMessage & { readonly rawBody?: unknown; readonly body?: unknown };

/** Gets the bytes of a request: kept ones, else those of the stream, if it is unread. Calls `done` once. */
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

/** On some platforms `body` is a getter that parses, and it may throw. */
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

/** Does not look at `body`: Express 4's json() sets it to `{}` for bodies that it did not read. */
function wasRead(request: IncomingMessage): boolean {
  if (request.readableDidRead) return true;
  return request.readableEnded && request.headers['content-length'] !== '0';
}

function refuseUnread(request: IncomingMessage, options: ReadOptions): Settled | undefined {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && !isIdentityEncoding(encoding)) {
    return new Settled('unsupported-encoding', { reason: 'The signed bytes of an encoded body are not known.' });
  }
  const unsigned = options.refuseUnsigned(request.headers as WebhookHeaders);
  if (unsigned !== undefined) return unsigned;
  const announced = Number(request.headers['content-length'] ?? 0);
  return announced > options.limit ? tooLarge(announced, options) : undefined;
}
