import { bigmindWebhooks } from '../../src';
import { closeAll, genuine, secret, send, service, until } from './kit';

/** A test environment with a DOM puts classes of its own in the place of Node's, as little as the standard asks for. */
class ForeignSignal {
  aborted = false;
  reason: unknown;
  readonly #listeners = new Set<() => void>();
  addEventListener(_type: string, listener: () => void): void {
    this.#listeners.add(listener);
  }
  removeEventListener(_type: string, listener: () => void): void {
    this.#listeners.delete(listener);
  }
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener();
  }
}

class ForeignController {
  readonly signal = new ForeignSignal();
  abort(reason?: unknown): void {
    this.signal.abort(reason);
  }
}

const own = { AbortController, AbortSignal };

beforeEach(() => {
  Object.assign(globalThis, { AbortController: ForeignController, AbortSignal: ForeignSignal });
});
afterEach(async () => {
  await closeAll();
  Object.assign(globalThis, own);
});

test('a receiver is made, handles a delivery and aborts its signal, with an AbortController that is not Node’s', async () => {
  const signals: AbortSignal[] = [];
  const webhooks = bigmindWebhooks({ secret, logger: false, timeoutMs: 20 }).on('*', (_event, { signal }) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  const { body, headers } = genuine();
  expect(await webhooks.receive({ headers, body })).toMatchObject({ status: 503 });
  await webhooks.close({ timeoutMs: 0 });
  expect(signals).toEqual([expect.objectContaining({ aborted: true })]);
  expect(signals[0]).toBeInstanceOf(ForeignSignal);
});

test('a worker runs jobs, lets some wait and gives them back at its close', async () => {
  const { web, worker, queue } = service();
  const handled: string[] = [];
  const working = worker().on('*', async (_event, { key }) => {
    handled.push(key);
    if (handled.length > 1) await new Promise(() => undefined);
  });
  await send(web, genuine());
  await working.work({ concurrency: 30, perEvent: { notes_created: 1 } });
  await until(() => queue.states[0] === 'done after 0');
  for (let count = 0; count < 20; count += 1) await send(web, genuine());
  await until(() => handled.length === 2);
  await working.close({ timeoutMs: 0 });
  expect(handled).toHaveLength(2);
  expect(queue.states.filter((state) => state === 'waiting after 0').length).toBeGreaterThanOrEqual(19);
});

/** Node warns of a leak when a signal gets an eleventh listener. */
test('many jobs that wait add no listeners to one signal', async () => {
  Object.assign(globalThis, own);
  const add = jest.spyOn(EventTarget.prototype, 'addEventListener');
  const { web, worker } = service();
  let handled = 0;
  const working = worker().on('*', () => {
    handled += 1;
    return new Promise(() => undefined);
  });
  await working.work({ concurrency: 100, perEvent: { notes_created: 1 } });
  for (let count = 0; count < 60; count += 1) await send(web, genuine());
  await until(() => handled === 1);
  await working.close({ timeoutMs: 0 });
  const listened = add.mock.contexts.filter((target) => target instanceof AbortSignal);
  add.mockRestore();
  expect(listened.length).toBeLessThan(11);
});
