import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { signDelivery } from '../../src/testing';
import { dial, expresses, genuine, headLines, notedLog, noting, path, post, type Served, secret, serve } from './serve';

const forged = { 'x-bigmind-signature': 'a'.repeat(64) };
const chunk = Buffer.alloc(64 * 1024, ' ');
const megabyte = 1024 * 1024;
const gigabytes = 4 * 1024 * megabyte;

describe.each(expresses)('under $name', ({ express }) => {
  const { logger, lines } = notedLog();
  const { webhooks, handled } = noting({ logger, limit: '100kb' });
  let served: Served;

  beforeEach(async () => {
    handled.splice(0);
    lines.splice(0);
    served = await serve(express().use(path, webhooks.router));
  });
  afterEach(() => served.close());

  async function takesTheNext(): Promise<void> {
    expect(handled).toStrictEqual([]);
    expect((await post(served.origin + path, genuine())).status).toBe(200);
    expect(handled).toHaveLength(1);
  }

  function head(headers: Readonly<Record<string, string>>): string {
    return `POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', ...headers })}\r\n`;
  }

  /** The three ways to offer more than anybody wants; each resolves to the status and code that its sender saw. */
  const senders: Record<string, (headers: Record<string, string>) => Promise<unknown>> = {
    async 'fetch with a stream'(headers) {
      const body = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(chunk)) });
      const reply = await fetch(served.origin + path, { method: 'POST', headers, body, duplex: 'half' });
      const { code } = (await reply.json()) as { code: string };
      return [reply.status, code];
    },
    'http.request': (headers) =>
      new Promise((resolve, reject) => {
        const sent = request(served.origin + path, {
          method: 'POST',
          headers: { ...headers, 'content-length': gigabytes },
        });
        let answered = false;
        function pump(): void {
          while (!answered && sent.write(chunk));
        }
        sent.on('error', reject).on('drain', pump);
        sent.on('response', (reply) => {
          answered = true;
          let text = '';
          reply.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          reply.on('end', () => {
            const { code } = JSON.parse(text) as { code: string };
            resolve([reply.statusCode, code]);
            sent.destroy();
          });
        });
        pump();
      }),
    async 'a socket that goes on writing'(headers) {
      const { socket, ended } = dial(served.port);
      socket.write(head({ ...headers, 'content-length': String(gigabytes) }));
      function pump(): void {
        while (!socket.destroyed && socket.write(chunk));
      }
      socket.on('drain', pump);
      pump();
      const answer = await ended;
      // What the kernels on the way hold counts as written too.
      expect(socket.bytesWritten).toBeLessThan(32 * megabyte);
      expect(answer).toMatch(/\r\nconnection: close\r\n/i);
      const { code } = JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as { code: string };
      return [Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), code];
    },
  };

  const refusals = [
    { headers: {}, answer: [401, 'UNAUTHENTICATED'] },
    { headers: forged, answer: [413, 'TOO_LARGE'] },
    { headers: { ...forged, 'content-encoding': 'gzip' }, answer: [415, 'UNSUPPORTED_ENCODING'] },
  ];

  test.each(Object.entries(senders))('answers %s, of gigabytes, and cuts it off within 1 MB', async (_title, send) => {
    const answers = await Promise.all(refusals.map(({ headers }) => send({ ...headers })));
    expect(answers).toEqual(refusals.map(({ answer }) => answer));
    expect(served.sockets).toHaveLength(refusals.length);
    for (const socket of served.sockets) {
      if (!socket.destroyed) await once(socket, 'close');
      expect(socket.bytesRead).toBeLessThan(megabyte);
    }
    await takesTheNext();
  });

  test.each([
    ['announces', { 'content-length': String(100 * 1024 + 1) }],
    ['does not announce', { 'transfer-encoding': 'chunked' }],
  ])('refuses a body one byte over the limit, of a sender that %s its length', async (title, length) => {
    const { socket, ended } = dial(served.port);
    const body = ' '.repeat(100 * 1024 + 1);
    const frame = title === 'announces' ? body : `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    socket.write(`${head({ ...forged, ...length })}${frame}`);
    const answer = await ended;
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"TOO_LARGE"');
    await takesTheNext();
  });

  test('refuses a length over the limit before any of the body comes', async () => {
    for (const [length, status] of [
      [String(100 * 1024 + 1), '413'],
      [String(gigabytes), '413'],
    ] as const) {
      const { socket, ended } = dial(served.port);
      socket.write(head({ ...forged, 'content-length': length }));
      expect((await ended).slice(9, 12)).toBe(status);
    }
    expect(lines).toEqual([
      expect.objectContaining({ outcome: 'too-large', reason: expect.stringMatching(/^102401 bytes/) as string }),
      expect.objectContaining({ outcome: 'too-large' }),
    ]);
    await takesTheNext();
  });

  test('takes a body of exactly the limit, and refuses a signed one of a byte more', async () => {
    const { body } = genuine();
    const padded = body + ' '.repeat(100 * 1024 - body.length);
    const over = await post(served.origin + path, signDelivery({ payload: `${padded} `, secret }));
    expect(over.status).toBe(413);
    expect(handled).toStrictEqual([]);
    expect((await post(served.origin + path, signDelivery({ payload: padded, secret }))).status).toBe(200);
    expect(handled[0]?.context.rawBody).toHaveLength(100 * 1024);
  });

  test('forgets an upload that stops half-way, and logs it as malformed', async () => {
    const { headers, body } = genuine();
    const { socket, ended } = dial(served.port);
    socket.write(head({ ...headers, 'content-length': String(body.length) }) + body.slice(0, 100));
    while (served.sockets[0]?.bytesRead === undefined || served.sockets[0].bytesRead < 100) await pause(1);
    socket.destroy();
    expect(await ended).toBe('');
    while (lines.length === 0) await pause(1);
    expect(lines).toEqual([
      expect.objectContaining({ outcome: 'malformed', reason: expect.stringMatching(/aborted after \d+ bytes/) }),
    ]);
    await takesTheNext();
  });

  test('refuses a body that trickles past readTimeoutMs, and closes the connection', async () => {
    const impatient = noting({ logger, readTimeoutMs: 1000 });
    const slow = await serve(express().use(path, impatient.webhooks.router));
    const { headers, body } = genuine();
    const { socket, ended } = dial(slow.port);
    socket.write(head({ ...headers, 'content-length': String(body.length) }));
    let at = 0;
    const trickle = setInterval(() => socket.writable && socket.write(body.slice(at, ++at)), 20);
    const answer = await ended;
    clearInterval(trickle);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"READ_TIMEOUT"');
    expect(at).toBeLessThan(body.length);
    expect(impatient.handled).toStrictEqual([]);
    expect((await post(slow.origin + path, genuine())).status).toBe(200);
    expect(impatient.handled).toHaveLength(1);
    await slow.close();
  });

  test('closes a connection whose sender says nothing more after an early answer', async () => {
    const { socket, ended } = dial(served.port);
    socket.write(head({ 'content-length': '1000' }));
    // By itself Node would wait for the rest of the body for minutes.
    expect(await ended).toMatch(/^HTTP\/1\.1 401 /);
    await takesTheNext();
  });
});
