import type { IncomingMessage } from 'node:http';
import { connect, constants, type Http2ServerRequest } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import express, { type ErrorRequestHandler } from 'express';
import { bigmindWebhooks } from '../../src/index';
import { until } from '../deduplication/kit';
import {
  dial,
  expresses,
  genuine,
  headLines,
  notedLog,
  noting,
  path,
  post,
  type Served,
  serve,
  serveHttp2,
} from './serve';

function delivery(more: Readonly<Record<string, string>> = {}) {
  const { headers, body } = genuine();
  const length = String(Buffer.byteLength(body));
  return { head: headLines({ host: 'x', 'content-length': length, ...headers, ...more }), body };
}

function frame({ head, body }: { head: string; body: string }): string {
  return `POST ${path} HTTP/1.1\r\n${head}\r\n${body}`;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are still needed: what could be collected comes and goes. */
function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const processed = '{"status":"processed"}';

describe.each(expresses)('under $name', ({ express }) => {
  const { webhooks, handled } = noting();
  const requests: IncomingMessage[] = [];
  let served: Served;

  beforeEach(async () => {
    handled.splice(0);
    requests.splice(0);
    const app = express().use((request, _response, next) => {
      requests.push(request);
      next();
    });
    served = await serve(app.use(path, webhooks.router));
  });
  afterEach(() => served.close());

  test('takes a second delivery on the same connection', async () => {
    const { socket, seen } = dial(served.port);
    socket.write(frame(delivery()));
    expect(await seen(/processed"}/)).toMatch(/\r\nConnection: keep-alive\r\n/);
    socket.write(frame(delivery()));
    await seen(/processed"}.*processed"}/s);
    expect(handled).toHaveLength(2);
    expect(served.sockets).toHaveLength(1);
    socket.destroy();
  });

  test('keeps the connection after an answer to a body that was read whole', async () => {
    const { socket, seen } = dial(served.port);
    const { head, body } = delivery();
    socket.write(frame({ head, body: body.replace('note', 'nota') }));
    await seen(/^HTTP\/1\.1 401 .*"UNAUTHENTICATED"}/s);
    socket.write(frame(delivery()));
    await seen(/processed"}/);
    expect(handled).toHaveLength(1);
    socket.destroy();
  });

  test('answers deliveries that are pipelined, in order', async () => {
    const { socket, seen } = dial(served.port);
    socket.write(frame(delivery()) + frame(delivery()) + frame(delivery()));
    const answer = await seen(/(processed"}.*){3}/s);
    expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(3);
    expect(handled).toHaveLength(3);
    socket.destroy();
  });

  test('closes the connection after an early answer, and answers nothing behind it', async () => {
    const { socket, ended } = dial(served.port);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n`);
    socket.write(`abc${frame(delivery())}`);
    const answer = await ended;
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).not.toContain('HTTP/1.1 200');
  });

  test('closes the connection after an early answer to a body in chunks', async () => {
    const { socket, seen } = dial(served.port);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`);
    await seen(/^HTTP\/1\.1 401 .*\r\nconnection: close\r\n/is);
    socket.destroy();
    expect(handled).toStrictEqual([]);
  });

  test('leaves no listener of its own behind an early answer', async () => {
    const { socket, ended, seen } = dial(served.port);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n`);
    await seen(/^HTTP\/1\.1 401 /);
    socket.write('abc');
    await ended;
    const [request] = requests;
    expect([request?.listenerCount('data'), request?.listenerCount('close')]).toEqual([0, 0]);
  });

  test('takes a delivery that waits for 100 Continue', async () => {
    const { socket, seen } = dial(served.port);
    const { head, body } = delivery({ expect: '100-continue' });
    socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n`);
    await seen(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    expect(handled).toStrictEqual([]);
    socket.write(body);
    await seen(/HTTP\/1\.1 200 .*processed"}/s);
    expect(handled[0]?.context.rawBody.toString()).toBe(body);
    socket.destroy();
  });

  test('takes a delivery in many tiny chunks', async () => {
    const { socket, seen } = dial(served.port);
    const { headers, body } = genuine();
    // Longer than what is copied together at once, and not text of one byte a character.
    const bytes = Buffer.from(body);
    const head = headLines({ host: 'x', 'transfer-encoding': 'chunked', ...headers });
    socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n`);
    for (const byte of bytes) socket.write(Buffer.from([0x31, 0x0d, 0x0a, byte, 0x0d, 0x0a]));
    socket.write('0\r\n\r\n');
    await seen(/HTTP\/1\.1 200 .*processed"}/s);
    expect(handled[0]?.context.rawBody.equals(bytes)).toBe(true);
    socket.destroy();
  });

  test('needs no hundreds of bytes for each byte of a body that comes byte by byte', async () => {
    const { socket, seen } = dial(served.port);
    const { headers, body } = genuine();
    const head = headLines({ host: 'x', 'transfer-encoding': 'chunked', ...headers });
    socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n`);
    await until(() => requests.length === 1);
    const before = heapInUse();
    const read = () => served.sockets[0]?.bytesRead ?? 0;
    const readBefore = read();
    const space = '1\r\n \r\n'.repeat(10_000);
    for (let written = 0; written < 200_000; written += 10_000) socket.write(space);
    await until(() => read() - readBefore === 20 * space.length);
    // Nothing more is held at any other time: a collection takes long, so there is one.
    const held = heapInUse() - before;
    socket.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
    await seen(/HTTP\/1\.1 401 /);
    expect(held).toBeLessThan(20_000_000);
    socket.destroy();
  });
});

test('answers with the length of its body in bytes', async () => {
  const { webhooks } = noting();
  const served = await serve((request, response) => webhooks.router(request, response, () => {}));
  const { socket, seen } = dial(served.port);
  socket.write(frame(delivery()).replace(path, '/'));
  const answer = await seen(/processed"}/);
  expect(answer).toMatch(new RegExp(`\r\ncontent-length: ${processed.length}\r\n`, 'i'));
  socket.destroy();
  await served.close();
});

/** Serves over HTTP/2, and resets each stream in the turn in which the router gets it. */
function serveAndReset({ router }: Pick<ReturnType<typeof noting>['webhooks'], 'router'>) {
  return serveHttp2((request, response) => {
    router(request, response, () => {});
    const { stream } = request as unknown as Http2ServerRequest;
    process.nextTick(() => stream.close(constants.NGHTTP2_CANCEL));
  });
}

test('an upload over HTTP/2 that is reset is no delivery, whenever the reset comes', async () => {
  const { logger, lines } = notedLog();
  const webhooks = bigmindWebhooks({ signature: false, logger });
  const taken: number[] = [];
  webhooks.onInvalid((_delivery, { rawBody }) => void taken.push(rawBody.length));
  const { origin, server } = await serveAndReset(webhooks);
  const client = connect(origin);
  const stream = client.request({ ':method': 'POST', ':path': '/', 'content-length': 300 });
  stream.on('error', () => {}).write('{"event":"notes_created"');
  await until(() => lines.some((line) => 'outcome' in line));
  client.destroy();
  server.close();
  expect(lines.at(-1)).toMatchObject({
    outcome: 'malformed',
    reason: expect.stringContaining('aborted after 24 bytes'),
  });
  expect(taken).toStrictEqual([]);
});

test('a delivery over HTTP/2 that has come whole is handled, also where its stream is reset before it is looked at', async () => {
  const { webhooks, handled } = noting();
  const { origin, server } = await serveAndReset(webhooks);
  const client = connect(origin);
  const { headers, body } = genuine();
  const length = Buffer.byteLength(body);
  const stream = client.request({ ':method': 'POST', ':path': '/', ...headers, 'content-length': length });
  stream.on('error', () => {}).write(body);
  await until(() => handled.length > 0);
  client.destroy();
  server.close();
  expect(handled).toHaveLength(1);
});

test('an upload over HTTP/2 that is given up while it is waited for is no delivery, and no wrong signature', async () => {
  const { logger, lines } = notedLog();
  const { webhooks, handled } = noting({ logger });
  const { origin, server } = await serveHttp2(webhooks.router);
  const client = connect(origin);
  const { headers, body } = genuine();
  const stream = client.request({ ':method': 'POST', ':path': '/', ...headers });
  stream.on('error', () => {}).write(body.slice(0, 24));
  while ((await webhooks.health()).inFlight.bytes === 0) await pause(2);
  stream.destroy();
  await until(() => lines.some((line) => 'outcome' in line));
  client.destroy();
  server.close();
  const reason = 'The upload was aborted after 24 bytes.';
  // The line says what is true of a body that nobody looked into.
  const msg = 'No acceptable JSON came';
  expect(lines).toEqual([expect.objectContaining({ outcome: 'malformed', reason, msg })]);
  expect(handled).toStrictEqual([]);
});

test('when writing the answer throws, whoever answers instead finds no header of ours', async () => {
  const { webhooks, handled } = noting();
  const app = express();
  app.use((_request, response, next) => {
    const { writeHead } = response;
    response.writeHead = () => {
      response.writeHead = writeHead;
      throw new Error('a listener of on-headers');
    };
    next();
  });
  app.use(path, webhooks.router);
  const answer: ErrorRequestHandler = (_error, _request, response, _next) => void response.status(503).end('later');
  const served = await serve(app.use(answer));
  const reply = await post(served.origin + path, genuine());
  expect([reply.status, reply.headers.get('content-type'), await reply.text()]).toEqual([503, null, 'later']);
  expect(handled).toHaveLength(1);
  await served.close();
});
