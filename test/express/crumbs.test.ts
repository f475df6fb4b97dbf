import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import { hmac } from '../../src/index';
import { until } from '../deduplication/kit';
import { keepersOf } from './keepers';
import {
  dial,
  expresses,
  genuine,
  headLines,
  notedLog,
  noting,
  path,
  post,
  type receiver,
  type Served,
  secret,
  serve,
} from './serve';

/** Node reads at most so many bytes of a socket at once: some 11,000 chunks of a byte. */
const oneRead = 64 * 1024;
const chunked = { 'transfer-encoding': 'chunked' };
const forged = { 'x-bigmind-signature': 'a'.repeat(64) };

/** Each byte in a chunk of its own. */
function inCrumbs(body: Buffer): Buffer {
  const crumbs = Buffer.alloc(body.length * 6, '1\r\n \r\n');
  for (const [index, byte] of body.entries()) crumbs.writeUInt8(byte, index * 6 + 3);
  return crumbs;
}

/** A genuine delivery that takes several reads of its socket, another one each time. */
function long(bytes = 30_000) {
  const body = Buffer.from(genuine().body.padEnd(bytes));
  const scheme = hmac({ header: 'x-bigmind-signature' });
  return { headers: { ...scheme.sign?.({ rawBody: body, secret, signedAt: Date.now(), id: 'x' }) }, body };
}

const head = (headers: Readonly<Record<string, string>>) =>
  `POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', ...headers, ...chunked })}\r\n`;
const end = '0\r\n\r\n';

describe.each(expresses)('under $name', ({ express }) => {
  const { logger, lines } = notedLog();
  let served: Served;
  afterEach(() => served.close());

  async function receiving(options: Parameters<typeof receiver>[0] = {}) {
    lines.splice(0);
    const made = noting({ logger, ...options });
    served = await serve(express().use(path, made.webhooks.router));
    return made;
  }

  /** Sends a delivery in crumbs. */
  function send({ headers, body }: ReturnType<typeof long>) {
    const dialled = dial(served.port);
    dialled.socket.write(head(headers));
    dialled.socket.write(inCrumbs(body));
    dialled.socket.write(end);
    return dialled;
  }

  /** Opens uploads in crumbs that do not end, of so many chunks each. */
  function flood(uploads: number, chunks: number) {
    const crumbs = inCrumbs(Buffer.alloc(chunks, ' '));
    return Array.from({ length: uploads }, () => {
      const dialled = dial(served.port);
      dialled.socket.write(head(forged));
      dialled.socket.write(crumbs);
      return dialled;
    });
  }

  function told(outcome: string): number {
    return lines.filter((line) => (line as { outcome?: string }).outcome === outcome).length;
  }

  test('of many bodies in crumbs, one is read in a turn of the event loop, once, and an ordinary delivery goes past', async () => {
    const { handled } = await receiving();
    const chunks = 30_000;
    const strangers = flood(6, chunks);
    const read = () => served.sockets.map(({ bytesRead }) => bytesRead);
    await until(() => read().length === 6 && read().every((bytes) => bytes > oneRead / 2));
    const posted = post(served.origin + path, genuine());
    const whole = 6 * chunks;
    let before = read().slice(0, 6);
    while (before.some((bytes) => bytes < whole)) {
      await setImmediate();
      const now = read().slice(0, 6);
      const came = now.map((bytes, index) => bytes - (before[index] ?? 0)).filter((bytes) => bytes > 0);
      expect(came.length).toBeLessThanOrEqual(1);
      expect(came[0] ?? 0).toBeLessThanOrEqual(oneRead);
      before = now;
    }
    expect((await posted).status).toBe(200);
    expect(handled).toHaveLength(1);
    for (const { socket } of strangers) socket.destroy();
    await until(() => told('malformed') === 6);
  });

  test('genuine deliveries in crumbs are handled among others that never end', async () => {
    const { handled } = await receiving();
    const strangers = flood(3, 30_000);
    const deliveries = [long(), long(), long()];
    const senders = deliveries.map(send);
    for (const { seen } of senders) expect(await seen(/processed"}/)).toMatch(/^HTTP\/1\.1 200 /);
    const came = handled.map(({ context }) => context.rawBody.toString()).sort();
    expect(came).toEqual(deliveries.map(({ body }) => body.toString()).sort());
    for (const { socket } of [...strangers, ...senders]) socket.destroy();
  });

  test('a connection takes the next deliveries after one in crumbs, in crumbs or not', async () => {
    const { handled } = await receiving();
    const { socket, seen } = send(long());
    await seen(/processed"}/);
    const whole = genuine();
    const length = { 'content-length': String(whole.body.length), ...whole.headers };
    socket.write(`POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', ...length })}\r\n${whole.body}`);
    await seen(/(processed"}.*){2}/s);
    // Both at once: the second begins in a read of the first.
    for (const { headers, body } of [long(), long()]) {
      socket.write(Buffer.concat([Buffer.from(head(headers)), inCrumbs(body), Buffer.from(end)]));
    }
    await seen(/(processed"}.*){4}/s);
    expect(handled).toHaveLength(4);
    expect(served.sockets).toHaveLength(1);
    socket.destroy();
  });

  test('uploads in crumbs that are aborted give back what they held', async () => {
    const { handled } = await receiving({ maxBytesInFlight: 100_000, limit: 90_000 });
    for (let time = 1; time <= 3; time += 1) {
      const strangers = flood(3, 30_000);
      await until(() => served.sockets.slice(-3).every(({ bytesRead }) => bytesRead > oneRead / 2));
      for (const { socket } of strangers) socket.resetAndDestroy();
      await until(() => told('malformed') === 3 * time);
      const delivery = long(80_000);
      const reply = await post(served.origin + path, { ...delivery, body: delivery.body.toString() });
      expect(reply.status).toBe(200);
    }
    expect(handled).toHaveLength(3);
  });

  test('a body in crumbs that does not end within readTimeoutMs is refused, and read once more at most', async () => {
    const { handled } = await receiving({ readTimeoutMs: 300 });
    const [stranger] = flood(1, 20_000);
    await stranger?.seen(/"READ_TIMEOUT"/);
    const [socket] = served.sockets;
    const read = socket?.bytesRead ?? 0;
    stranger?.socket.write(inCrumbs(Buffer.alloc(60_000, ' ')));
    expect(await stranger?.ended).toMatch(/^HTTP\/1\.1 408 /);
    expect((socket?.bytesRead ?? 0) - read).toBeLessThanOrEqual(oneRead);
    expect((await post(served.origin + path, genuine())).status).toBe(200);
    expect(handled).toHaveLength(1);
  });

  test('close() does not wait for bodies in crumbs, and one that is whole afterwards is answered 503', async () => {
    const { webhooks, handled } = await receiving();
    const { headers, body } = long();
    const sender = dial(served.port);
    sender.socket.write(head(headers));
    sender.socket.write(inCrumbs(body));
    await until(() => (served.sockets[0]?.bytesRead ?? 0) > oneRead / 2);
    await webhooks.close();
    sender.socket.write(end);
    expect(await sender.seen(/"UNAVAILABLE"/)).toMatch(/^HTTP\/1\.1 503 /);
    expect(handled).toStrictEqual([]);
    sender.socket.destroy();
  });

  test.each(Object.entries(keepersOf(express)))('a delivery in crumbs is handled beside %s', async (_title, keeper) => {
    const { webhooks, handled } = noting();
    served = await serve(express().use(keeper).use(path, webhooks.router));
    const delivery = long(25_000);
    const { socket, seen } = send(delivery);
    expect(await seen(/"status":/)).toMatch(/^HTTP\/1\.1 200 /);
    expect(handled.map(({ context }) => context.rawBody.equals(delivery.body))).toEqual([true]);
    socket.destroy();
  });
});

test('a delivery in crumbs is handled where the request is no stream, as that of an adapter', async () => {
  const { webhooks, handled } = noting();
  const { headers, body } = long(3000);
  const request = Object.assign(new EventEmitter(), {
    method: 'POST',
    url: '/',
    headers,
    readableEnded: false,
    complete: true,
    httpVersionMajor: 1,
    pause: () => request,
    resume: () => request,
  });
  const answered = new Promise<number>((resolve) => {
    let status = 0;
    const response = Object.assign(new EventEmitter(), {
      writeHead: (given: number) => {
        status = given;
      },
      end: () => resolve(status),
    });
    webhooks.router(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  for (const byte of body) request.emit('data', Buffer.from([byte]));
  request.readableEnded = true;
  request.emit('end');
  expect(await answered).toBe(200);
  expect(handled.map(({ context }) => context.rawBody.equals(body))).toEqual([true]);
});

test('of a body in crumbs more is asked for in its turn, unless it is whole by then', async () => {
  const { webhooks, handled } = noting();
  const { headers, body } = long(3000);
  const asked = [false, true].map(async (isWhole) => {
    let reads = 0;
    const request = Object.assign(new EventEmitter(), {
      method: 'POST',
      url: '/',
      headers,
      readableEnded: false,
      httpVersionMajor: 1,
      pause: () => request,
      _read: (_bytes: number) => {
        reads += 1;
      },
    });
    const response = { writeHead: () => undefined, end: () => undefined };
    webhooks.router(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    for (const byte of body.subarray(0, -1)) request.emit('data', Buffer.from([byte]));
    // As a stream does when it has room, however often.
    request._read(1);
    request._read(1);
    expect(reads).toBe(0);
    if (isWhole) {
      request.emit('data', body.subarray(-1));
      request.emit('end');
    }
    await pause(100);
    return reads;
  });
  expect(await Promise.all(asked)).toEqual([1, 0]);
  expect(handled).toHaveLength(1);
});

test('a delivery in crumbs is handled in a stream without a socket, and nothing waits afterwards', async () => {
  const waiting = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
  const before = waiting();
  const { webhooks, handled } = noting();
  const { headers, body } = long(1040);
  let at = 0;
  const stream = new Readable({
    read() {
      this.push(at < body.length ? body.subarray(at, at + 1) : null);
      at += 1;
    },
  });
  const request = Object.assign(stream, { method: 'POST', url: '/', headers, httpVersionMajor: 1 });
  const answered = new Promise<number>((resolve) => {
    const response = { writeHead: resolve, end: () => undefined };
    webhooks.router(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  expect(await answered).toBe(200);
  expect(handled.map(({ context }) => context.rawBody.equals(body))).toEqual([true]);
  const seen: number[] = [];
  for (let time = 0; time < 10; time += 1) {
    await pause(5);
    seen.push(waiting());
  }
  expect(Math.max(...seen)).toBeLessThanOrEqual(before);
});

test('a delivery in crumbs over HTTP/2 is handled', async () => {
  const { webhooks, handled } = noting();
  const { router } = webhooks;
  let chunks = 0;
  const server = createServer((request, response) => {
    request.on('data', () => {
      chunks += 1;
    });
    router(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const { headers, body } = long(3000);
  const stream = client.request({ ':method': 'POST', ':path': '/', ...headers });
  const answered = new Promise((resolve) => stream.on('response', resolve));
  for (const byte of body) await new Promise((resolve) => stream.write(Buffer.from([byte]), resolve));
  stream.end().resume();
  expect(await answered).toMatchObject({ ':status': 200 });
  expect(handled[0]?.context.rawBody.equals(body)).toBe(true);
  expect(chunks).toBe(3000);
  client.destroy();
  server.close();
});
