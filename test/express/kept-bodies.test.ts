import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import fc from 'fast-check';
import { keepRawBody } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { dial, expresses, headLines, notedLog, noting, path, post, type Served, secret, serve } from './serve';

type Keeping = IncomingMessage & { rawBody?: Buffer | string; body?: unknown };

/** Calls `then` when the first bytes have come. */
function afterFirst(request: IncomingMessage, then: () => void): void {
  request.once('data', () => void setImmediate().then(then));
}

function growBytes(request: Keeping): void {
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

/** Every way of keeping a body whole, in every order that people call `next` in. */
function keepersOf(express: (typeof expresses)[number]['express']): Readonly<Record<string, RequestHandler>> {
  const type = '*/*';
  return {
    'express.json() with keepRawBody': express.json({ type, verify: keepRawBody }),
    'express.json() with a text': express.json({
      type,
      verify(request: Keeping, _response, bytes) {
        request.rawBody = bytes.toString();
      },
    }),
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
    nothing: (_request, _response, next) => next(),
    'nothing yet': (_request, _response, next) => void pause(5).then(() => next()),
  };
}

let counter = 0;
/** Another delivery each time, of text that takes several bytes a character. */
function wideDelivery() {
  const payload = examplePayload('notes_created', { data: { content: `nöte ${counter++} 🎉 `.repeat(20) } });
  return signDelivery({ payload, secret });
}

/** The answer to a body that is sent in pieces of these lengths, and the rest at once. */
async function sendInPieces(port: number, name: string, headers: Record<string, string>, body: Buffer, how: Sending) {
  const { socket, ended } = dial(port);
  socket.setNoDelay(true);
  const length = how.chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) };
  socket.write(`POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', connection: 'close', 'x-keeper': name })}`);
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
  return (await ended).slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length);
}

interface Sending {
  readonly sizes: readonly number[];
  readonly chunked: boolean;
  readonly pauseMs: number;
}

const crlf = Buffer.from('\r\n');

describe.each(expresses)('under $name', ({ express }) => {
  const { logger, lines } = notedLog();
  const { webhooks, handled } = noting({ logger });
  const errors: unknown[] = [];
  webhooks.onError((error) => errors.push(error));
  const keepers = keepersOf(express);
  let served: Served;

  beforeAll(async () => {
    const keep: RequestHandler = (request, response, next) => {
      const keeper = keepers[request.get('x-keeper') ?? 'nothing'];
      void keeper?.(request, response, next);
    };
    served = await serve(express().use(path, keep, webhooks.router));
  });
  afterAll(() => served.close());
  const others: Served[] = [];
  afterEach(async () => {
    for (const other of others.splice(0)) await other.close();
  });

  /** Another app, closed even if its test fails. */
  async function also(earlier: RequestHandler, { router } = webhooks): Promise<Served> {
    const app = await serve(express().use(path, earlier, router));
    others.push(app);
    return app;
  }

  beforeEach(() => {
    for (const noted of [handled, lines, errors]) noted.splice(0);
  });

  async function expectHandledOnce(keeper: string, how: Sending): Promise<void> {
    handled.splice(0);
    const { headers, body } = wideDelivery();
    const bytes = Buffer.from(body);
    const forged = Buffer.from(bytes);
    forged[forged.length - 3] = 0x20;
    expect(await sendInPieces(served.port, keeper, headers, forged, how)).toBe('401');
    expect(handled).toStrictEqual([]);
    expect(await sendInPieces(served.port, keeper, headers, bytes, how)).toBe('200');
    expect(handled).toHaveLength(1);
    expect(handled[0]?.context.rawBody.equals(bytes)).toBe(true);
    expect(errors).toStrictEqual([]);
  }

  test.each(Object.keys(keepers))(
    'a body that is kept by %s is verified, in one piece and in three',
    async (keeper) => {
      await expectHandledOnce(keeper, { sizes: [], chunked: false, pauseMs: 0 });
      await expectHandledOnce(keeper, { sizes: [101, 500], chunked: false, pauseMs: 5 });
    },
  );

  test('however a body is kept and cut, a genuine delivery is handled once, and a forged one is refused', async () => {
    const how = fc.record({
      sizes: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 6 }),
      chunked: fc.boolean(),
      pauseMs: fc.constantFrom(0, 0, 3),
    });
    await fc.assert(fc.asyncProperty(fc.constantFrom(...Object.keys(keepers)), how, expectHandledOnce), {
      numRuns: 60,
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ['no length', {}, ''],
    ['a length of zero', { 'content-length': '0' }, ''],
    ['no chunks', { 'transfer-encoding': 'chunked' }, '0\r\n\r\n'],
  ])(
    'a stranger’s request with %s is no mistake of ours, whatever is mounted before',
    async (_title, length, frame) => {
      const drained: RequestHandler = (request: Keeping, _response, next) => {
        request.body = {};
        request.resume().on('end', () => next());
      };
      const type = '*/*';
      const parsers = {
        drained,
        json: express.json({ type }),
        urlencoded: express.urlencoded({ type, extended: true }),
      };
      for (const [name, earlier] of Object.entries({ ...keepers, ...parsers })) {
        const app = await also(earlier);
        const { socket, ended } = dial(app.port);
        // Node ends what neither has a length nor closes.
        const signature = { 'x-bigmind-signature': 'a'.repeat(64) };
        socket.write(
          `POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', connection: 'close', ...signature, ...length })}`,
        );
        socket.write(`\r\n${frame}`);
        if (!name.includes('begun')) expect([name, (await ended).slice(0, 12)]).toEqual([name, 'HTTP/1.1 401']);
        socket.destroy();
      }
      expect(errors).toStrictEqual([]);
      expect(handled).toStrictEqual([]);
    },
  );

  test('a rawBody that was prepared and never filled is not taken for the body', async () => {
    const prepare: RequestHandler = (request: Keeping, _response, next) => {
      request.rawBody = '';
      next();
    };
    const app = await also(express.Router().use(prepare, express.json()));
    expect((await post(app.origin + path, wideDelivery())).status).toBe(500);
    expect(lines.at(-1)).toMatchObject({ outcome: 'misconfigured' });
    expect(handled).toStrictEqual([]);
  });

  test('a body that others still collect is held to limit, and a stranger’s is refused before its end', async () => {
    const strict = noting({ limit: '10kb' });
    let passedOn = () => {};
    const begun: RequestHandler = (request, _response, next) => {
      growBytes(request);
      afterFirst(request, () => {
        next();
        passedOn();
      });
    };
    const app = await also(begun, strict.webhooks);
    for (const [signature, status] of [
      [{ 'x-bigmind-signature': 'a'.repeat(64) }, '413'],
      [{}, '401'],
    ] as const) {
      const { socket, ended } = dial(app.port);
      socket.write(
        `POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', 'transfer-encoding': 'chunked', ...signature })}`,
      );
      socket.write(`\r\n1\r\n \r\n`);
      await new Promise<void>((resolve) => {
        passedOn = resolve;
      });
      socket.write(`${(11 * 1024).toString(16)}\r\n${' '.repeat(11 * 1024)}\r\n`);
      expect((await ended).slice(9, 12)).toBe(status);
    }
    expect(strict.handled).toStrictEqual([]);
  });
});
