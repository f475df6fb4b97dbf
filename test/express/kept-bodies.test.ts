import type { RequestHandler } from 'express';
import fc from 'fast-check';
import { examplePayload, signDelivery } from '../../src/testing';
import { afterFirst, growBytes, type Keeping, keepersOf, type Sending, sendInPieces, sendings } from './keepers';
import { dial, expresses, headLines, notedLog, noting, path, post, type Served, secret, serve } from './serve';

let counter = 0;
/** Another delivery each time, of text that takes several bytes a character. */
function wideDelivery() {
  const payload = examplePayload('notes_created', { data: { content: `nöte ${counter++} 🎉 `.repeat(20) } });
  return signDelivery({ payload, secret });
}

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
    const send = async (sent: Buffer) =>
      (await sendInPieces(served.port, path, { ...headers, 'x-keeper': keeper }, sent, how)).slice(0, 12);
    expect(await send(forged)).toBe('HTTP/1.1 401');
    expect(handled).toStrictEqual([]);
    expect(await send(bytes)).toBe('HTTP/1.1 200');
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
    await fc.assert(fc.asyncProperty(fc.constantFrom(...Object.keys(keepers)), sendings, expectHandledOnce), {
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

  test.each<[string, (request: Keeping) => void]>([
    ['all that has come', (request) => request.unshift(request.read())],
    ['a byte', (request) => request.unshift(request.read(1))],
  ])('a body of which %s was looked at and put back is verified as it was sent', async (_title, look) => {
    const looking: RequestHandler = (request, _response, next) => {
      request.once('readable', () => {
        look(request);
        next();
      });
    };
    const app = await also(looking);
    const { headers, body } = wideDelivery();
    const bytes = Buffer.from(body);
    const how = { sizes: [101, 500], chunked: false, pauseMs: 5 };
    const forged = Buffer.from(bytes).fill(0x20, bytes.length - 3, bytes.length - 2);
    expect(await sendInPieces(app.port, path, headers, forged, how)).toMatch(/^HTTP\/1.1 401 /);
    expect(handled).toStrictEqual([]);
    expect(await sendInPieces(app.port, path, headers, bytes, how)).toMatch(/^HTTP\/1.1 200 /);
    expect(handled.map(({ context }) => context.rawBody)).toEqual([bytes]);
  });

  test('a body of which bytes were taken, and only the last put back, is refused as one that was read', async () => {
    const taking: RequestHandler = (request, _response, next) => {
      request.once('readable', () => {
        request.read(9);
        request.unshift(request.read(1));
        next();
      });
    };
    const app = await also(taking);
    expect((await post(app.origin + path, wideDelivery())).status).toBe(500);
    expect(lines.at(-1)).toMatchObject({ code: 'BODY_ALREADY_PARSED' });
    expect(handled).toStrictEqual([]);
  });

  test('a body whose first bytes were taken is refused before the rest has come', async () => {
    const taking: RequestHandler = (request, _response, next) => {
      request.once('readable', () => {
        request.read();
        next();
      });
    };
    const app = await also(taking);
    const { socket, seen } = dial(app.port);
    const { headers } = wideDelivery();
    socket.write(`POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', 'content-length': '1000', ...headers })}\r\n{`);
    expect(await seen(/^HTTP/)).toMatch(/^HTTP\/1\.1 500 /);
    expect(lines.at(-1)).toMatchObject({ code: 'BODY_ALREADY_PARSED' });
    socket.destroy();
  });

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

  test.each([
    ['', 200],
    ['gzip', 415],
  ])(
    'a rawBody that something else set beside an unread stream is not taken for the body: encoding "%s"',
    async (encoding, status) => {
      const label: RequestHandler = (request: Keeping, _response, next) => {
        request.rawBody = 'none yet';
        next();
      };
      const app = await also(label);
      const { headers, body } = wideDelivery();
      const reply = await post(app.origin + path, { headers: { ...headers, 'content-encoding': encoding }, body });
      expect(reply.status).toBe(status);
      expect(handled.map(({ context }) => context.rawBody.toString())).toStrictEqual(status === 200 ? [body] : []);
    },
  );

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
