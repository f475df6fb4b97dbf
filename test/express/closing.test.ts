import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gate, until } from '../deduplication/kit';
import { dial, expresses, genuine, headLines, noting, path, type Served, serve } from './serve';

function written({ headers, body } = genuine()): string {
  const head = headLines({ host: 'x', 'content-length': String(Buffer.byteLength(body)), ...headers });
  return `POST ${path} HTTP/1.1\r\n${head}\r\n${body}`;
}

/** A receiver whose handlers wait. */
function waiting() {
  const { webhooks, handled } = noting();
  const [started, end] = [gate(), gate()];
  webhooks.on('notes_created', () => {
    started.open();
    return end.passed;
  });
  return { webhooks, handled, started, end };
}

describe.each(expresses)('under $name', ({ express }) => {
  let served: Served;
  afterEach(() => served.close());

  test('while it closes, each answer closes its connection, so that a proxy sends the next delivery to another process', async () => {
    const { webhooks, handled, started, end } = waiting();
    served = await serve(express().use(path, webhooks.router));
    const { socket, ended } = dial(served.port);
    socket.write(written());
    await started.passed;
    const closed = webhooks.close();
    end.open();
    const answer = await ended;
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(answer).toMatch(/{"status":"processed"}$/);
    await closed;
    expect(handled).toHaveLength(1);
  });

  test('before it closes, a connection stays open after an answer', async () => {
    const { webhooks, end } = waiting();
    end.open();
    served = await serve(express().use(path, webhooks.router));
    const { socket, seen } = dial(served.port);
    socket.write(written());
    expect(await seen(/processed"}/)).toMatch(/\r\nConnection: keep-alive\r\n/);
    socket.destroy();
  });
});

test('over HTTP/2, a receiver that closes answers what has come, and takes no more on the connection', async () => {
  const { webhooks, handled, end } = waiting();
  const server = createHttp2Server((request, response) =>
    webhooks.router(
      request as unknown as Parameters<typeof webhooks.router>[0],
      response as unknown as Parameters<typeof webhooks.router>[1],
    ),
  );
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const gone = new Promise((resolve) => client.on('close', resolve));
  function deliver(): Promise<unknown> {
    const { headers, body } = genuine();
    const stream = client.request({ ':method': 'POST', ':path': '/', ...headers });
    const status = new Promise((resolve) => stream.on('response', (answer) => resolve(answer[':status'])));
    stream.resume().end(body);
    return status;
  }
  const statuses = [deliver(), deliver()];
  await until(() => handled.length === 2);
  const closed = webhooks.close();
  end.open();
  expect(await Promise.all(statuses)).toEqual([200, 200]);
  await gone;
  await closed;
  expect(handled).toHaveLength(2);
  await new Promise((resolve) => server.close(resolve));
});
