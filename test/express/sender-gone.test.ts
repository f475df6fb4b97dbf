import { connect } from 'node:http2';
import { until } from '../deduplication/kit';
import {
  dial,
  expresses,
  genuine,
  holdUp,
  notedLog,
  path,
  post,
  receiver,
  requestText,
  type Served,
  serve,
  serveHttp2,
} from './serve';

/** A receiver whose handler waits until the sender has gone. */
function waiting() {
  const { logger, lines } = notedLog();
  const { webhooks } = receiver({ logger });
  return { webhooks, lines, ...holdUp(webhooks) };
}

/** Its line, and the one of the delivery. */
const told = [
  expect.objectContaining({ outcome: 'processed' }),
  {
    level: 40,
    code: 'SENDER_GONE',
    event: 'notes_created',
    key: expect.any(String) as string,
    ms: expect.any(Number) as number,
    time: expect.any(Number) as number,
    pid: process.pid,
    hostname: expect.any(String) as string,
    msg: expect.stringContaining('give it a time-out above timeoutMs') as string,
  },
];

describe.each(expresses)('under $name', ({ express }) => {
  let served: Served;
  afterEach(() => served.close());

  async function sendAndGo(delivery: ReturnType<typeof genuine>, started: Promise<void>): Promise<void> {
    const { socket } = dial(served.port);
    socket.write(requestText(delivery));
    await started;
    socket.destroy();
    await until(() => served.sockets.every(({ destroyed }) => destroyed));
  }

  test('a delivery that is handled after its sender has gone has a second line that says so', async () => {
    const { webhooks, lines, started, end } = waiting();
    served = await serve(express().use(path, webhooks.router));
    const delivery = genuine();
    await sendAndGo(delivery, started.passed);
    end.open();
    await until(() => lines.length > 1);
    expect(lines).toEqual(told);
    const [first, second] = lines as { key: string }[];
    expect(second?.key).toBe(first?.key);
    // Its repeat is no news.
    expect(await (await post(served.origin + path, delivery)).json()).toEqual({ status: 'duplicate' });
    expect(lines).toHaveLength(3);
  });

  test('no line says it of a delivery that failed: it has a line at level error', async () => {
    const { webhooks, lines, started, end } = waiting();
    served = await serve(express().use(path, webhooks.router));
    await sendAndGo(genuine(), started.passed);
    end.fail(new Error('the CRM is away'));
    await until(() => lines.length > 0);
    expect(lines).toEqual([expect.objectContaining({ outcome: 'failed', level: 50 })]);
  });
});

test('over HTTP/2, a stream that its sender has closed is told of as well', async () => {
  const { webhooks, lines, started, end } = waiting();
  const { origin, server } = await serveHttp2(webhooks.router);
  const reset = new Promise<void>((resolve) => {
    server.on('stream', (stream) => stream.on('close', () => resolve()));
  });
  const client = connect(origin);
  const { headers, body } = genuine();
  const stream = client.request({ ':method': 'POST', ':path': '/', ...headers });
  stream.on('error', () => {});
  stream.end(body);
  await started.passed;
  stream.close();
  await reset;
  end.open();
  await until(() => lines.length > 1);
  expect(lines).toEqual(told);
  client.destroy();
  server.close();
});
