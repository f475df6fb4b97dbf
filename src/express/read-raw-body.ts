import type { IncomingMessage } from 'node:http';
import { bytesOf } from '../foundations/bytes-of';
import { Settled } from '../foundations/delivery';
import { atEndOfTurn } from '../foundations/real-timers';
import { misread, refuseEncoded, refuseLarge } from '../foundations/refuse-body';
import { Chunks, CountedChunks } from './chunks';
import { readPutBack } from './read-put-back';
import { type ReadOptions, readStream } from './read-stream';
import { headersOf } from './request-headers';
import { fieldOf, isFilled } from './stand-in';

type Done = (result: Buffer | Settled) => void;

/** Gets the bytes of a request: kept ones, else those of the stream, if it is unread. Calls `done` once. */
export function readRawBody(request: IncomingMessage, options: ReadOptions, done: Done): void {
  if (isOpen(request) && request.readableDidRead) {
    readRest(request, options, done);
    return;
  }
  const kept = keptBytes(request);
  if (kept !== undefined) done(options.refuseUnsigned(headersOf(request)) ?? withinLimit(kept, options));
  else if (wasRead(request)) readPutBack(request, options, done, () => alreadyParsed(options));
  else readUnread(request, options, done);
}

function readUnread(request: IncomingMessage, options: ReadOptions, done: Done): void {
  const headers = headersOf(request);
  const refused = refuseEncoded(headers) ?? refuseByHeaders(request, options, headers);
  if (refused !== undefined) done(refused);
  else if (!isUnended(request)) done(Buffer.alloc(0));
  else readStream(request, options, new Chunks(), done);
}

/**
 * The first bytes have passed us. Somebody else may be collecting them, and has the whole body at the stream's end. Or they
 * were looked at and put back with `unshift`: the stream then has all that was announced.
 */
function readRest(request: IncomingMessage, options: ReadOptions, done: Done): void {
  const isKept = isListenedTo(request) || keptBytes(request) !== undefined;
  const announced = announcedBytes(request);
  const mayBeWhole = isKept || (request.readableLength > 0 && announced > 0);
  const refused = mayBeWhole ? refuseByHeaders(request, options) : alreadyParsed(options);
  if (refused !== undefined) done(refused);
  else if (isKept) readKept(request, options, done);
  else {
    readStream(request, options, new Chunks(), (read) =>
      done(read instanceof Settled || read.length === announced ? read : alreadyParsed(options)),
    );
  }
}

/** Waits for the end of a stream that somebody else collects. */
function readKept(request: IncomingMessage, options: ReadOptions, done: Done): void {
  readStream(request, options, new CountedChunks(), (read) => {
    if (read instanceof Settled) done(read);
    // A collector may hear of the end after us.
    else atEndOfTurn(() => done(withinLimit(keptBytes(request) ?? alreadyParsed(options), options)));
  });
}

function refuseByHeaders(
  request: IncomingMessage,
  options: ReadOptions,
  headers = headersOf(request),
): Settled | undefined {
  return options.refuseUnsigned(headers) ?? refuseLarge(announcedBytes(request), options);
}

function withinLimit(kept: Buffer | Settled, options: ReadOptions): Buffer | Settled {
  return kept instanceof Settled ? kept : (refuseLarge(kept.length, options) ?? kept);
}

/** By itself, the parser would refuse what is larger than its own limit, and we would not hear of it. */
function alreadyParsed({ limit }: ReadOptions): Settled {
  return misread(
    'The body was read before it reached bigmind-webhooks, and no bytes were kept, so no ' +
      'signature can be verified. Mount the router before express.json(), or keep the bytes: ' +
      `express.json({ limit: ${limit}, verify: keepRawBody }).`,
  );
}

/** The body that others kept. */
function keptBytes(request: IncomingMessage): Buffer | undefined {
  return keptRawBody(request) ?? wholeBytes(request, fieldOf(request, 'body'));
}

/**
 * `rawBody`, where it is the whole body. It may still grow while somebody reads the stream. Of a stream that nobody has read,
 * it is something else, unless it is as long as was announced.
 */
function keptRawBody(request: IncomingMessage): Buffer | undefined {
  if (isOpen(request) && isListenedTo(request)) return undefined;
  const kept = wholeBytes(request, fieldOf(request, 'rawBody'));
  const isUnread = isOpen(request) && !request.readableDidRead;
  return isUnread && kept?.length !== announcedBytes(request) ? undefined : kept;
}

/**
 * The bytes of a kept body: if a text was other bytes, the signature does not match. An empty one was perhaps only
 * prepared for a body that came later, or was never kept.
 */
function wholeBytes(request: IncomingMessage, kept: unknown): Buffer | undefined {
  const bytes = bytesOf(kept);
  return bytes?.length === 0 && (isOpen(request) || announcedBytes(request) > 0) ? undefined : bytes;
}

/** Whether a body was read and not kept. A stream that ended without a byte had none. */
function wasRead(request: IncomingMessage): boolean {
  if (isUnended(request)) return false;
  return request.readableDidRead || announcedBytes(request) > 0 || isFilled(fieldOf(request, 'body'));
}

/** Whether more of the body may come. */
function isOpen(request: IncomingMessage): boolean {
  return isUnended(request) && !request.destroyed;
}

/** A request that is no stream has none of a stream's fields, and nothing to read. */
function isUnended({ readableEnded }: { readonly readableEnded?: boolean }): boolean {
  return readableEnded !== undefined && !readableEnded;
}

function isListenedTo(request: IncomingMessage): boolean {
  return request.listenerCount('data') + request.listenerCount('readable') > 0;
}

/** Somebody may have replaced the headers, or removed them. */
function announcedBytes({ headers }: Partial<IncomingMessage>): number {
  return Number(headers?.['content-length'] ?? 0);
}
