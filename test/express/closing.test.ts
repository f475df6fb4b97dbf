import { connect } from 'node:http2';
import { until } from '../deduplication/kit';
import { dial, expresses, genuine, holdUp, noting, path, requestText, type Served, serve, serveHttp2 } from './serve';

/** A receiver whose handlers wait. */
function waiting() {
  const { webhooks, handled } = noting();
  return { webhooks, handled, ...holdUp(webhooks) };
}

describe.each(expresses)('under $name', ({ express }) => {
  let served: Served;
  afterEach(() => served.close());

  test('while it closes, each answer closes its connection, so that a proxy sends the next delivery to another process', async () => {
    const { webhooks, handled, started, end } = waiting();
    served = await serve(express().use(path, webhooks.router));
    const { socket, ended } = dial(served.port);
    socket.write(requestText(genuine()));
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
    socket.write(requestText(genuine()));
    expect(await seen(/processed"}/)).toMatch(/\r\nConnection: keep-alive\r\n/);
    socket.destroy();
  });
});

test('over HTTP/2, a receiver that closes answers what has come, and takes no more on the connection', async () => {
  const { webhooks, handled, end } = waiting();
  const { origin, server } = await serveHttp2(webhooks.router);
  const client = connect(origin);
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
