import type { RequestHandler } from 'express';
import { hmac } from '../../src/index';
import { gate, said, until } from '../deduplication/kit';
import { afterFirst, growBytes, sendInPieces } from './keepers';
import { dial, expresses, genuine, headLines, notedLog, noting, path, post, type Served, secret, serve } from './serve';

const most = 100_000;
const part = 30_000;
const forged = { 'x-bigmind-signature': 'a'.repeat(64) };

/** A delivery of a given length, another one each time. */
function padded(length = part) {
  const body = genuine().body.padEnd(length);
  const scheme = hmac({ header: 'x-bigmind-signature' });
  return {
    headers: { ...scheme.sign?.({ rawBody: Buffer.from(body), secret, signedAt: Date.now(), id: 'x' }) },
    body,
  };
}

describe.each(expresses)('under $name', ({ express }) => {
  const { logger, lines } = notedLog();
  let served: Served;
  afterEach(() => served.close());

  async function receiving(options: Parameters<typeof noting>[0] = {}) {
    lines.splice(0);
    const made = noting({ logger, maxBytesInFlight: most, ...options });
    served = await serve(express().use(path, made.webhooks.router));
    return made;
  }

  /** An upload that stops a byte before its end. */
  function halfSend(bytes: number, length: Readonly<Record<string, string>> = { 'content-length': String(bytes + 1) }) {
    const dialled = dial(served.port);
    dialled.socket.write(`POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', ...forged, ...length })}\r\n`);
    dialled.socket.write(' '.repeat(bytes));
    return dialled;
  }

  /** Uploads that never end, of as many bytes as may be held. */
  async function fill() {
    const before = served.sockets.length;
    const strangers = [halfSend(part), halfSend(part), halfSend(part)];
    await until(() => served.sockets.slice(before).filter(({ bytesRead }) => bytesRead > part).length === 3);
    return strangers;
  }

  /** How many lines there are of deliveries with this outcome. */
  function told(outcome: string): number {
    return lines.filter((line) => (line as { outcome?: string }).outcome === outcome).length;
  }

  test('uploads that are half sent hold maxBytesInFlight at most, and leave it when they are gone', async () => {
    const { handled } = await receiving();
    const strangers = await fill();
    const more = Array.from({ length: 20 }, () => halfSend(part));
    for (const { ended } of more) {
      const answer = await ended;
      expect(answer).toMatch(/^HTTP\/1\.1 503 /);
      expect(answer).toMatch(/\r\nretry-after: 10\r\n/i);
      expect(answer).toContain('"code":"UNAVAILABLE"');
    }
    expect(told('unavailable')).toBe(20);
    const [line] = lines as { reason: string }[];
    expect(line?.reason).toMatch(/^maxBytesInFlight \(100000\) is reached: bodies of \d+ bytes are held\.$/);
    const delivery = padded();
    expect((await post(served.origin + path, delivery)).status).toBe(503);
    expect(handled).toStrictEqual([]);
    // What still fits is handled meanwhile.
    expect((await post(served.origin + path, genuine())).status).toBe(200);
    for (const { socket } of strangers) socket.destroy();
    await until(() => told('malformed') === 3);
    expect((await post(served.origin + path, delivery)).status).toBe(200);
    expect(handled).toHaveLength(2);
  });

  test.each<[string, string, () => Promise<unknown>, Parameters<typeof noting>[0]]>([
    [
      'an aborted upload',
      'malformed',
      async () => {
        const before = served.sockets.length;
        const { socket } = halfSend(part);
        await until(() => (served.sockets[before]?.bytesRead ?? 0) > part);
        socket.destroy();
        await until(() => told('malformed') === 1);
      },
      {},
    ],
    ['an upload that takes too long', 'read-timeout', () => halfSend(part).ended, { readTimeoutMs: 200 }],
    [
      'an upload that is too large',
      'too-large',
      async () => {
        const { socket, ended } = halfSend(0, { 'transfer-encoding': 'chunked' });
        for (let sent = 0; sent < 4; sent++) socket.write(`2710\r\n${' '.repeat(10_000)}\r\n`);
        await ended;
      },
      { limit: part },
    ],
    ['a forged delivery', 'unauthenticated', () => post(served.origin + path, { ...padded(), headers: forged }), {}],
    [
      'a malformed delivery',
      'malformed',
      () => post(served.origin + path, { headers: {}, body: '{'.repeat(part) }),
      { signature: false },
    ],
    ['a delivery that was handled', 'processed', () => post(served.origin + path, padded()), {}],
  ])('the bytes of %s are given back, once', async (_title, outcome, send, options) => {
    await receiving(options);
    for (let time = 0; time < 5; time++) {
      lines.splice(0);
      await send();
      expect([told(outcome), told('unavailable')]).toEqual([1, 0]);
    }
    // With a limit or a short time, these uploads would end otherwise.
    if (options?.limit !== undefined || options?.readTimeoutMs !== undefined) return;
    lines.splice(0);
    const strangers = await fill();
    const { ended } = halfSend(part);
    expect((await ended).slice(9, 12)).toBe('503');
    expect(told('unavailable')).toBe(1);
    for (const { socket } of strangers) socket.destroy();
    await until(() => told('malformed') === 3);
  });

  test('the bytes of bodies that somebody else collects are given back', async () => {
    const made = noting({ logger, maxBytesInFlight: most });
    const collecting: RequestHandler = (request, _response, next) => {
      growBytes(request);
      afterFirst(request, next);
    };
    served = await serve(express().use(path, collecting, made.webhooks.router));
    for (let time = 0; time < 5; time++) {
      const { headers, body } = padded();
      const how = { sizes: [10], chunked: false, pauseMs: 5 };
      expect(await sendInPieces(served.port, path, headers, Buffer.from(body), how)).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(made.handled).toHaveLength(5);
  });

  test('the bytes of a delivery are held until it is answered, also those that receive() was given', async () => {
    const { webhooks, handled } = await receiving({ timeoutMs: 60_000 });
    const slow = gate();
    webhooks.on('notes_created', () => slow.passed, { name: 'slow' });
    const posted = [post(served.origin + path, padded()), post(served.origin + path, padded())];
    await until(() => handled.length === 2);
    const received = webhooks.receive(padded()).then(said);
    expect(said(await webhooks.receive(padded()))).toBe('503 UNAVAILABLE');
    expect((await post(served.origin + path, padded())).status).toBe(503);
    expect(handled).toHaveLength(3);
    slow.open();
    expect(await received).toBe('200 processed');
    for (const reply of posted) expect((await reply).status).toBe(200);
    expect(said(await webhooks.receive(padded()))).toBe('200 processed');
  });
});

describe('verify()', () => {
  /** A receiver whose `secret` function waits until it is told what to do. */
  function verifying(options: Parameters<typeof noting>[0] = {}) {
    const asked = gate();
    const made = noting({
      maxBytesInFlight: most,
      secret: async () => {
        await asked.passed;
        return { tenant: 'acme', secret };
      },
      ...options,
    });
    return { ...made, asked };
  }

  test('holds its bytes until it has verified them, and throws 503 UNAVAILABLE beyond maxBytesInFlight', async () => {
    const { logger, lines } = notedLog();
    const { webhooks, asked } = verifying({ logger });
    const waiting = [padded(), padded(), padded()].map((delivery) => webhooks.verify(delivery));
    await expect(webhooks.verify(padded())).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 });
    expect(said(await webhooks.receive(padded()))).toBe('503 UNAVAILABLE');
    expect(lines.filter((line) => /maxBytesInFlight/.test((line as { reason?: string }).reason ?? ''))).toHaveLength(2);
    asked.open();
    expect(await Promise.all(waiting)).toMatchObject([{ tenant: 'acme' }, { tenant: 'acme' }, { tenant: 'acme' }]);
    expect(await webhooks.verify(padded())).toMatchObject({ event: { event: 'notes_created' } });
  });

  const fail = (): never => {
    throw new Error('a mistake in the key');
  };
  const signed = (body: string) => {
    const scheme = hmac({ header: 'x-bigmind-signature' });
    const input = { rawBody: Buffer.from(body), secret, signedAt: Date.now(), id: 'x' };
    return { headers: { ...scheme.sign?.(input) }, body };
  };

  test.each<[string, object, string, Parameters<typeof noting>[0]]>([
    ['a forged delivery', { ...padded(), headers: forged }, 'UNAUTHENTICATED', {}],
    ['one that is no JSON', signed('{'.repeat(part)), 'MALFORMED', {}],
    ['one that its schema refuses', signed('{"event":"notes_created"}'.padEnd(part)), 'INVALID', {}],
    ['one of an unknown event', signed('{"event":"nobody_knows"}'.padEnd(part)), 'IGNORED', {}],
    ['one whose secret cannot be found', padded(), 'UNAVAILABLE', { secret: () => Promise.reject(new Error('gone')) }],
    ['one that is too large', padded(), 'TOO_LARGE', { limit: 1000 }],
    ['one whose key cannot be made', padded(), 'FAILED', { deduplicate: { key: () => fail() } }],
  ])('gives back the bytes of %s, once', async (_title, delivery, code, options) => {
    const { webhooks, asked } = verifying(options);
    asked.open();
    // Four of them would be too many.
    for (let time = 0; time < 10; time++) {
      const refusal = await webhooks.verify(delivery as ReturnType<typeof padded>).catch((error: Error) => error);
      expect(refusal).toMatchObject({ code, message: expect.not.stringContaining('maxBytesInFlight') as string });
    }
  });
});
