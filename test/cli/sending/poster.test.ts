import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { type Poster, type PosterOptions, posterTo } from '../../../src/cli/sending/poster';
import { whyNoAnswer } from '../../../src/cli/sending/why-no-answer';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A poster to a server that answers in this way, and the ports that requests came from. */
async function posterToServer(
  listener: RequestListener,
  options: Partial<PosterOptions> = {},
): Promise<{ readonly poster: Poster; readonly ports: (number | undefined)[]; readonly host: string }> {
  const ports: (number | undefined)[] = [];
  const server = createServer((request, response) => {
    ports.push(request.socket.remotePort);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const poster = posterTo({ url: new URL(`http://${host}/`), peer: 'app', timeoutMs: 5000, ...options });
  closing.push(() => {
    poster.close();
    server.close();
    server.closeAllConnections();
  });
  return { poster, ports, host };
}

const posted = { headers: { 'x-kept': '1' }, body: Buffer.from('{}') };

test('sends headers and bytes, and gives back the answer', async () => {
  const { poster } = await posterToServer((request, response) => {
    request.on('data', (body: Buffer) => {
      const { 'x-kept': kept, 'content-length': length } = request.headers;
      response.writeHead(418, { 'content-type': 'text/plain' }).end(`${request.method} ${kept} ${length} ${body}`);
    });
  });
  expect(await poster.post(posted)).toEqual({
    status: 418,
    contentType: 'text/plain',
    text: 'POST 1 2 {}',
    ms: expect.any(Number),
    times: { connecting: expect.any(Number), waiting: expect.any(Number), reading: expect.any(Number) },
  });
});

test.each([
  ['uses a kept connection again', { connections: 1 }, 1],
  ['has a connection for each request where none is kept', {}, 3],
])('%s', async (_title, options, connections) => {
  const { poster, ports } = await posterToServer((_request, response) => response.end('ok'), options);
  for (let count = 0; count < 3; count += 1) expect((await poster.post(posted)).status).toBe(200);
  expect(ports).toHaveLength(3);
  expect(new Set(ports).size).toBe(connections);
});

test('sends again what went to a connection that the server had closed', async () => {
  let answered = 0;
  const { poster, ports } = await posterToServer(
    (request, response) => {
      answered += 1;
      // The second request comes on the connection of the first, and finds it gone.
      if (answered === 2) request.socket.resetAndDestroy();
      else response.end('ok');
    },
    { connections: 1 },
  );
  expect((await poster.post(posted)).status).toBe(200);
  expect((await poster.post(posted)).status).toBe(200);
  expect(ports).toHaveLength(3);
});

test('gives back the beginning of an answer without end, and goes on', async () => {
  const { poster } = await posterToServer(
    (_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(20_000)), 1);
      response.on('close', () => clearInterval(timer));
    },
    { connections: 1 },
  );
  for (let count = 0; count < 2; count += 1) {
    const { status, text } = await poster.post(posted);
    expect([status, text]).toEqual([200, 'x'.repeat(64 * 1024)]);
  }
});

// On a busy machine, an answer takes a moment to begin.
test.each<[string, RequestListener, number, string]>([
  ['does not begin', () => undefined, 100, 'did not answer within 0.1 s'],
  [
    'does not end',
    (_request, response) => void response.write('begun'),
    5000,
    'began to answer 200, and did not come to its end within 5 s',
  ],
])('an answer that %s in time is none', async (_title, listener, timeoutMs, words) => {
  const { poster, host } = await posterToServer(listener, { timeoutMs, connections: 1 });
  expect(await poster.post(posted)).toEqual({ error: `the app at ${host} ${words}`, ms: expect.any(Number) });
});

test.each([{ 'content-length': '100' }, {}])('an answer that is cut off is none: %j', async (headers) => {
  const { poster, host } = await posterToServer((request, response) => {
    response.writeHead(201, headers).write('begun', () => request.socket.destroy());
  });
  expect(await poster.post(posted)).toEqual({
    error: `the app at ${host} began to answer 201, and closed the connection before its end`,
    ms: expect.any(Number),
  });
});

test('an answer that would change the protocol has its status, and does not leave the request open', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const poster = posterTo({ url, peer: 'receiver', timeoutMs: 5000 });
  expect(await poster.post(posted)).toEqual({ status: 101, ms: expect.any(Number) });
});

test.each([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate of a.example:8443 is for another name: --insecure sends anyway'],
  ['CERT_HAS_EXPIRED', 'the certificate of a.example:8443 has expired: --insecure sends anyway'],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'the certificate of a.example:8443 is signed by nobody that this machine trusts: --insecure sends anyway',
  ],
])('says in words what is wrong with a certificate: %s', (code, words) => {
  const asked = { url: new URL('https://a.example:8443/'), peer: 'receiver', timeoutMs: 1000 } as const;
  expect(whyNoAnswer(Object.assign(new Error('its chain'), { code }), asked)).toBe(words);
});

test('says that the server closed the connection, or that nothing listens', async () => {
  const { poster, host } = await posterToServer((request) => request.socket.destroy());
  expect((await poster.post(posted)).error).toBe(`the app at ${host} closed the connection without an answer`);
  for (const close of closing.splice(0)) close();
  expect((await poster.post(posted)).error).toBe(`nothing listens at ${host}: is the app running?`);
});

test('says that what answers is no server of HTTP', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('SSH-2.0-OpenSSH_9.6\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const poster = posterTo({ url: new URL(`http://${host}/`), peer: 'receiver', timeoutMs: 5000 });
  expect(await poster.post(posted)).toEqual({
    error: `the receiver at ${host} speaks no HTTP: does its address begin with https://, or belong to another service?`,
    ms: expect.any(Number),
  });
});

test('breaks off what runs, and sends nothing more', async () => {
  const until = new AbortController();
  const { poster, ports } = await posterToServer(() => until.abort(), { until: until.signal, connections: 1 });
  expect((await poster.post(posted)).status).toBeUndefined();
  expect((await poster.post(posted)).status).toBeUndefined();
  expect(ports).toHaveLength(1);
});

test('a header that cannot be sent is an error of this request alone', async () => {
  const { poster, ports } = await posterToServer((_request, response) => response.end('ok'));
  expect(await poster.post({ ...posted, headers: { 'x-odd': 'a\nb' } })).toMatchObject({ error: 'ERR_INVALID_CHAR' });
  expect(ports).toStrictEqual([]);
  expect((await poster.post(posted)).status).toBe(200);
});
