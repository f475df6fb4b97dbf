import { type ClientHttp2Stream, connect, createServer, type OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { genuine, noting } from './serve';

const { webhooks, handled } = noting({ limit: '100kb' });
const server = createServer({ settings: { maxConcurrentStreams: 3 } }, webhooks.router);
let client: ReturnType<typeof connect>;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
beforeEach(async () => {
  handled.splice(0);
  client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  // The server's limit on streams is known from here on.
  await new Promise((resolve) => client.once('remoteSettings', resolve));
});
afterEach(() => client.destroy());
afterAll(() => new Promise((resolve) => server.close(resolve)));

interface Answer {
  readonly status: unknown;
  readonly connection: unknown;
  readonly body: string;
}

/** The answer, and the code that the stream closes with. */
function follow(stream: ClientHttp2Stream) {
  const answered = new Promise<Answer>((resolve) => {
    stream.on('response', ({ ':status': status, connection }) => {
      let body = '';
      stream.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      stream.on('end', () => resolve({ status, connection, body }));
    });
  });
  const closed = new Promise<number | undefined>((resolve) => stream.on('close', () => resolve(stream.rstCode)));
  stream.on('error', () => {});
  return { answered, closed };
}

/** Opens an upload that never ends by itself. */
function upload(headers: OutgoingHttpHeaders) {
  const stream = client.request({ ':method': 'POST', ':path': '/', ...headers });
  return { stream, ...follow(stream) };
}

async function deliver(): Promise<Answer> {
  const { headers, body } = genuine();
  const { stream, answered } = upload(headers);
  stream.end(body);
  return answered;
}

const forged = { 'x-signature': 'a'.repeat(64) };
const refusals = [
  ['without a signature', {}, '{', 401],
  ['with a length over the limit', { ...forged, 'content-length': 200_000 }, '{', 413],
  ['that grows over the limit', forged, 'x'.repeat(150_000), 413],
] as const;

test.each(refusals)(
  'an upload %s is answered and its stream closed, without an error',
  async (_title, headers, text, status) => {
    const { stream, answered, closed } = upload(headers);
    stream.write(text);
    const { body, ...others } = await answered;
    expect(others).toEqual({ status, connection: undefined });
    expect(JSON.parse(body)).toMatchObject({ status });
    expect(await closed).toBe(0);
    expect(handled).toStrictEqual([]);
  },
);

test.each(refusals)(
  'three uploads %s leave room for a delivery on the same connection',
  async (_title, headers, text) => {
    const strangers = [1, 2, 3].map(() => upload(headers));
    for (const { stream } of strangers) stream.write(text);
    await Promise.all(strangers.map(({ answered }) => answered));
    expect(await deliver()).toEqual({ status: 200, connection: undefined, body: '{"status":"processed"}' });
    expect(handled).toHaveLength(1);
  },
);

test('a refused upload that goes on is cut off, and the connection stays', async () => {
  const { stream, answered, closed } = upload({});
  let written = 0;
  // As fast as it is read.
  function pump(): void {
    if (!stream.writable) return;
    written += 65_536;
    stream.write(Buffer.alloc(65_536), pump);
  }
  pump();
  expect((await answered).status).toBe(401);
  expect(await closed).toBe(0);
  expect(written).toBeLessThan(1_000_000);
  expect((await deliver()).status).toBe(200);
});

test('a short upload that was refused is read to its end, and not reset', async () => {
  const { stream, answered, closed } = upload({});
  await answered;
  stream.end('{}');
  expect(await closed).toBe(0);
  expect((await deliver()).status).toBe(200);
});

test('other methods are refused, and their streams closed', async () => {
  const streams = [1, 2, 3, 4].map(() => follow(client.request({ ':method': 'GET', ':path': '/' })));
  for (const { answered } of streams) expect((await answered).status).toBe(405);
  expect(await Promise.all(streams.map(({ closed }) => closed))).toEqual([0, 0, 0, 0]);
  expect(handled).toStrictEqual([]);
});
