import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import fc from 'fast-check';
import { keepRawBody } from '../../src/index';
import { dial, type expresses, headLines } from './serve';

export type Keeping = IncomingMessage & { rawBody?: Buffer | string; body?: unknown };

/** Calls `then` when the first bytes have come, or when it turns out that they had come before. */
export function afterFirst(request: IncomingMessage, then: () => void): void {
  function come(): void {
    request.off('data', come).off('end', come);
    void setImmediate().then(then);
  }
  request.on('data', come).on('end', come);
}

export function growBytes(request: Keeping): void {
  request.rawBody = Buffer.alloc(0);
  request.on('data', (chunk: Buffer) => {
    request.rawBody = Buffer.concat([request.rawBody as Buffer, chunk]);
  });
}

function growText(request: Keeping, name: 'rawBody' | 'body'): void {
  request[name] = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    request[name] = `${request[name] as string}${chunk}`;
  });
}

function fill(request: Keeping): void {
  let at = 0;
  const bytes = Buffer.alloc(Number(request.headers['content-length']));
  request.rawBody = bytes;
  request.on('data', (chunk: Buffer) => {
    at += chunk.copy(bytes, at);
  });
}

async function iterate(request: Keeping): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  request.rawBody = Buffer.concat(chunks);
}

function pull(request: Keeping): void {
  const chunks: Buffer[] = [];
  request.on('readable', () => {
    for (let chunk = request.read() as Buffer | null; chunk !== null; chunk = request.read() as Buffer | null)
      chunks.push(chunk);
  });
  request.on('end', () => {
    request.rawBody = Buffer.concat(chunks);
  });
}

function pipe(request: Keeping): void {
  const chunks: Buffer[] = [];
  const through = new PassThrough();
  request.pipe(through).on('data', (chunk: Buffer) => chunks.push(chunk));
  through.on('end', () => {
    request.rawBody = Buffer.concat(chunks);
  });
}

/** Reads the body and puts it back as another stream, as the helpers of @vercel/node do, with a body that parses. Of two parts the last comes later. */
async function putBack(request: Keeping, { parts = 1 } = {}): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const again = new PassThrough();
  const on = request.on.bind(request);
  Object.assign(request, {
    read: again.read.bind(again),
    on: (name: string, listener: () => void) =>
      name === 'data' || name === 'end' ? again.on(name, listener) : on(name, listener),
  });
  Object.defineProperty(request, 'body', { get: () => JSON.parse(bytes.toString()) as unknown });
  const first = Math.ceil(bytes.length / parts);
  again.write(bytes.subarray(0, first));
  if (parts === 1) again.end();
  else setTimeout(() => again.end(bytes.subarray(first)), 20);
}

/** Every way of keeping a body whole, in every order that people call `next` in. */
export function keepersOf(express: (typeof expresses)[number]['express']): Readonly<Record<string, RequestHandler>> {
  const type = '*/*';
  return {
    'express.json() with keepRawBody': express.json({ type, verify: keepRawBody }),
    'express.json() with a text': express.json({
      type,
      verify(request: Keeping, _response, bytes) {
        request.rawBody = bytes.toString();
      },
    }),
    'express.json() with an ArrayBuffer': express.json({
      type,
      verify(request: Keeping, _response, bytes) {
        Object.assign(request, { rawBody: Uint8Array.from(bytes).buffer });
      },
    }),
    'express.json() with a view of the bytes': express.json({
      type,
      verify(request: Keeping, _response, bytes) {
        Object.assign(request, { rawBody: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) });
      },
    }),
    'nobody, where a getter throws': (request, _response, next) => {
      for (const name of ['rawBody', 'body']) {
        Object.defineProperty(request, name, {
          get() {
            throw new Error('not parsed');
          },
        });
      }
      next();
    },
    'express.text()': express.text({ type }),
    'express.raw()': express.raw({ type }),
    'bytes that grow': (request, _response, next) => {
      growBytes(request);
      next();
    },
    'bytes that have begun to grow': (request, _response, next) => {
      growBytes(request);
      afterFirst(request, next);
    },
    'bytes that have grown': (request, _response, next) => {
      growBytes(request);
      request.on('end', () => next());
    },
    'bytes that grow later': (request, _response, next) => {
      next();
      growBytes(request);
    },
    'bytes that are filled': (request, _response, next) => {
      if (request.headers['content-length'] === undefined) growBytes(request);
      else fill(request);
      next();
    },
    'a text that grows': (request, _response, next) => {
      growText(request, 'rawBody');
      next();
    },
    'a text that has begun to grow': (request, _response, next) => {
      growText(request, 'rawBody');
      afterFirst(request, next);
    },
    'a body that grows': (request, _response, next) => {
      growText(request, 'body');
      next();
    },
    'a body that has grown': (request, _response, next) => {
      growText(request, 'body');
      request.on('end', () => next());
    },
    'an iteration': (request, _response, next) => {
      void iterate(request);
      next();
    },
    'an iteration that has begun': (request, _response, next) => {
      void iterate(request);
      afterFirst(request, next);
    },
    'a reader that pulls': (request, _response, next) => {
      pull(request);
      next();
    },
    'a reader that has begun to pull': (request, _response, next) => {
      pull(request);
      afterFirst(request, next);
    },
    'a pipe': (request, _response, next) => {
      pipe(request);
      next();
    },
    'a pipe that has begun': (request, _response, next) => {
      pipe(request);
      afterFirst(request, next);
    },
    'a body that is put back': (request, _response, next) => void putBack(request).then(() => next()),
    'a body that is put back in two parts': (request, _response, next) =>
      void putBack(request, { parts: 2 }).then(() => next()),
    nothing: (_request, _response, next) => next(),
    'nothing, in a stream that was paused': (request, _response, next) => {
      request.pause();
      next();
    },
    'nothing yet': (_request, _response, next) => void pause(5).then(() => next()),
  };
}

/** The answer to a body that is sent in pieces of these lengths, and the rest at once. */
export async function sendInPieces(
  port: number,
  to: string,
  headers: Record<string, string>,
  body: Buffer,
  how: Sending,
): Promise<string> {
  const { socket, ended } = dial(port);
  socket.setNoDelay(true);
  const length = how.chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) };
  socket.write(`POST ${to} HTTP/1.1\r\n${headLines({ host: 'x', connection: 'close' })}`);
  socket.write(`${headLines({ ...headers, ...length })}\r\n`);
  let at = 0;
  for (const size of [...how.sizes, body.length]) {
    const piece = body.subarray(at, at + size);
    at += piece.length;
    if (piece.length === 0) break;
    await pause(how.pauseMs);
    socket.write(how.chunked ? Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, crlf]) : piece);
  }
  if (how.chunked) socket.write('0\r\n\r\n');
  return ended;
}

/** How a body is cut, and sent. */
export interface Sending {
  readonly sizes: readonly number[];
  readonly chunked: boolean;
  readonly pauseMs: number;
}

const crlf = Buffer.from('\r\n');

export const sendings = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 6 }),
  chunked: fc.boolean(),
  pauseMs: fc.constantFrom(0, 0, 3),
});
