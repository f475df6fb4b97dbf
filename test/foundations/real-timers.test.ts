import timers from 'node:timers';
import { dial, genuine, headLines, noting, type Served, serve } from '../express/serve';

type Serve = typeof import('../express/serve');

/** Replaces the clock as sinon and node:test do: in node:timers, too. Returns a function that ends it. */
function fakeAll(): () => void {
  const { setImmediate, setTimeout } = timers;
  const never = () => ({ unref() {} });
  Object.assign(timers, { setImmediate: never, setTimeout: never });
  return () => void Object.assign(timers, { setImmediate, setTimeout });
}

let served: Served | undefined;
afterEach(async () => {
  jest.useRealTimers();
  await served?.close();
});

async function statusOf(port: number, { headers, body }: ReturnType<typeof genuine>): Promise<string> {
  const { socket, ended } = dial(port);
  const length = String(Buffer.byteLength(body));
  socket.write(
    `POST / HTTP/1.1\r\n${headLines({ host: 'x', connection: 'close', ...headers, 'content-length': length })}`,
  );
  socket.write(`\r\n${body}`);
  return (await ended).slice(9, 12);
}

test('a delivery is handled although the module was loaded while the clock was faked, once it is real again', async () => {
  const end = fakeAll();
  const late: { load?: Serve } = {};
  jest.isolateModules(() => {
    late.load = jest.requireActual<Serve>('../express/serve');
  });
  end();
  const { webhooks, handled } = (late.load as Serve).noting();
  served = await serve(webhooks.router as never);
  expect(await statusOf(served.port, genuine())).toBe('200');
  expect(handled).toHaveLength(1);
});

test('a delivery is handled once while the clock is faked', async () => {
  const { webhooks, handled } = noting();
  served = await serve(webhooks.router as never);
  const end = fakeAll();
  try {
    expect(await statusOf(served.port, genuine())).toBe('200');
  } finally {
    end();
  }
  expect(handled).toHaveLength(1);
});

test('an upload that was refused before its end is cut off while the clock is faked', async () => {
  const { webhooks, handled } = noting();
  served = await serve(webhooks.router as never);
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  const { socket, ended } = dial(served.port);
  socket.write(`POST / HTTP/1.1\r\n${headLines({ host: 'x', 'content-length': '100000' })}\r\n{`);
  expect((await ended).slice(9, 12)).toBe('401');
  expect(handled).toStrictEqual([]);
});
