import { bigmindWebhooks, memoryStore, type QueueWorker, type RunJob } from '../../src';
import { examplePayload, signDelivery } from '../../src/testing';
import { FaultyStore, rejects, wrapped } from '../deduplication/kit';
import { ArrayQueue, calm, closeAll, gate, genuine, notedLog, secret, send, service, until } from './kit';

afterEach(closeAll);

test('waits for jobs that run, and takes no others', async () => {
  const { web, worker, queue } = service();
  const running = gate();
  const handled: string[] = [];
  const closing = worker();
  await closing
    .on('*', async (_event, { key }) => {
      handled.push(key);
      await running.passed;
    })
    .work({ concurrency: 1 });
  await send(web, genuine());
  await send(web, genuine());
  await until(() => handled.length === 1);
  let closed = false;
  const close = closing.close({ timeoutMs: 10_000 }).finally(() => {
    closed = true;
  });
  await calm();
  expect(closed).toBe(false);
  running.open();
  await close;
  await calm();
  expect([handled.length, queue.states]).toEqual([1, ['done after 0', 'waiting after 0']]);
});

test('waits until each delivery that came before is in the queue, also one that is still being verified', async () => {
  const queue = new ArrayQueue();
  const gates = [gate(), gate()];
  let asked = 0;
  const webhooks = bigmindWebhooks({
    logger: false,
    queue,
    secret: async () => {
      await gates[asked++]?.passed;
      return { tenant: 'acme', secret };
    },
  });
  const answers = [genuine(), genuine()].map((delivery) => send(webhooks as never, delivery));
  await until(() => asked === 2);
  expect((await webhooks.health()).inFlight).toMatchObject({ deliveries: 2 });
  let closed = false;
  const close = webhooks.close().finally(() => {
    closed = true;
  });
  gates[0]?.open();
  expect(await answers[0]).toBe('200 queued');
  await calm();
  expect(closed).toBe(false);
  gates[1]?.open();
  expect(await answers[1]).toBe('200 queued');
  await close;
  expect([queue.states.length, (await webhooks.health()).inFlight]).toEqual([
    2,
    expect.objectContaining({ deliveries: 0 }),
  ]);
});

test('the other workers have what is left, and what was handled is not handled again', async () => {
  const { web, worker, queue } = service();
  const handled: string[] = [];
  const first = worker();
  const second = worker();
  for (const each of [first, second]) {
    await each
      .on('*', async (_event, { key }) => {
        await calm(1);
        handled.push(key);
      })
      .work({ concurrency: 2 });
  }
  for (let count = 0; count < 20; count++) {
    await send(web, genuine());
    if (count === 10) void first.close();
  }
  await until(() => queue.states.every((state) => state.startsWith('done')));
  expect([handled.length, new Set(handled).size]).toEqual([20, 20]);
});

test('aborts what runs beyond timeoutMs; when that ends, its failure is recorded and another worker repeats it', async () => {
  const { web, worker, queue } = service();
  const reasons: unknown[] = [];
  const closing = worker();
  await closing
    .on(
      '*',
      (_event, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reasons.push((signal.reason as Error).message);
            reject(signal.reason as Error);
          });
        }),
    )
    .work();
  await send(web, genuine());
  await until(() => queue.states[0] === 'running after 0');
  await closing.close({ timeoutMs: 30 });
  expect(reasons).toEqual(['The receiver was closed.']);
  const attempts: number[] = [];
  await worker()
    .on('*', (_event, { attempt }) => void attempts.push(attempt))
    .work();
  await until(() => queue.verdicts.length > 0);
  expect(attempts).toEqual([2]);
});

/** A queue that holds what it is given when a gate opens, and notes when it is closed. */
class GatedQueue extends ArrayQueue {
  readonly held = gate();
  asked = 0;
  isClosed = false;
  override async enqueue(...given: Parameters<ArrayQueue['enqueue']>) {
    this.asked += 1;
    await this.held.passed;
    await super.enqueue(...given);
  }
  async close() {
    await Promise.resolve();
    this.isClosed = true;
  }
}

test('waits for deliveries that the queue is being given, and closes the queue only then', async () => {
  const queue = new GatedQueue();
  const { web } = service({ deduplicate: { store: memoryStore(), storeTimeoutMs: 60_000 }, timeoutMs: 60_000 }, queue);
  const answers = [send(web, genuine()), send(web, genuine())];
  await until(() => queue.asked === 2);
  let closed = false;
  const close = web.close({ timeoutMs: 60_000 }).finally(() => {
    closed = true;
  });
  await calm();
  expect(await send(web, genuine())).toBe('503 UNAVAILABLE');
  await calm();
  expect([closed, queue.isClosed]).toEqual([false, false]);
  queue.held.open();
  expect(await Promise.all(answers)).toEqual(['200 queued', '200 queued']);
  await close;
  expect([queue.isClosed, queue.entries.length]).toEqual([true, 2]);
});

test('waits for a delivery that the queue does not take no longer than timeoutMs', async () => {
  const queue = new GatedQueue();
  const deduplicate = { store: memoryStore(), storeTimeoutMs: 60_000 };
  const { web } = service({ deduplicate, timeoutMs: 60_000 }, queue);
  const answer = send(web, genuine());
  await until(() => queue.asked === 1);
  const begun = performance.now();
  await web.close({ timeoutMs: 300 });
  // Node counts a timer from when its turn began, on a busy machine well before.
  expect(performance.now() - begun).toBeGreaterThan(200);
  expect(performance.now() - begun).toBeLessThan(20_000);
  expect(queue.isClosed).toBe(true);
  queue.held.open();
  expect(await answer).toBe('200 queued');
});

test('what ignores its abort is the queue’s again a moment later, in one budget, and its late end is not listened to', async () => {
  const { web, worker, queue } = service();
  const running = gate();
  const closing = worker();
  await closing.on('*', () => running.passed).work();
  await send(web, genuine());
  await until(() => queue.states[0] === 'running after 0');
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    let closed = false;
    void closing.close({ timeoutMs: 5000 }).then(() => {
      closed = true;
    });
    await calm();
    await jest.advanceTimersByTimeAsync(4990);
    expect([closed, queue.states]).toEqual([false, ['running after 0']]);
    await jest.advanceTimersByTimeAsync(1020);
    expect([closed, queue.states]).toEqual([true, ['waiting after 0']]);
  } finally {
    jest.useRealTimers();
  }
  running.open();
  await calm();
  expect([queue.states, queue.verdicts]).toStrictEqual([['waiting after 0'], []]);
});

test('a job that waits for the store is given back at once, and runs nothing', async () => {
  const store = new FaultyStore(memoryStore()).break(rejects);
  const { web, worker, queue } = service({ deduplicate: { store } });
  const handled: unknown[] = [];
  const closing = worker().on('*', (event) => void handled.push(event));
  await closing.work();
  await send(web, genuine());
  await until(() => store.calls.includes('claim'));
  await calm();
  // Jest waits for less.
  await closing.close({ timeoutMs: 3_600_000 });
  expect([handled, queue.verdicts, queue.states]).toStrictEqual([[], ['again'], ['waiting after 0']]);
});

test('a job that waits for its turn is given back at once, while the one that has it is waited for', async () => {
  const { web, worker, queue } = service();
  const running = gate();
  const handled: unknown[] = [];
  const closing = worker();
  await closing
    .on('*', (event) => {
      handled.push(event);
      return running.passed;
    })
    .work({ perEvent: { notes_created: 1 } });
  await send(web, genuine());
  await send(web, genuine());
  await until(() => queue.states.every((state) => state === 'running after 0'));
  await calm();
  const close = closing.close({ timeoutMs: 10_000 });
  await until(() => queue.states[1] === 'waiting after 0');
  expect(queue.verdicts).toEqual(['again']);
  running.open();
  await close;
  expect([handled.length, queue.entries[0]?.state]).toEqual([1, 'done']);
});

test('a worker that is still starting when close() begins is closed when it has started, and runs nothing', async () => {
  const begun = gate();
  class SlowQueue extends ArrayQueue {
    override async work(...given: Parameters<ArrayQueue['work']>) {
      await begun.passed;
      return await super.work(...given);
    }
  }
  const { logger, lines } = notedLog();
  const { web, worker, queue } = service({}, new SlowQueue());
  const handled: unknown[] = [];
  const starting = worker({ logger, deduplicate: { store: memoryStore(), storeTimeoutMs: 200 } });
  const working = starting.on('*', (event) => void handled.push(event)).work();
  await until(() => lines.length === 1);
  expect(lines).toEqual([
    expect.objectContaining({ level: 40, msg: 'The queue does not answer; work() waits for it' }),
  ]);
  expect(lines[0]).toMatchObject({ silentMs: 200 });
  const closed = starting.close({ timeoutMs: 0 });
  begun.open();
  await Promise.all([working, closed]);
  await send(web, genuine());
  await calm();
  expect([handled, queue.states]).toStrictEqual([[], ['waiting after 0']]);
});

test('a worker that never starts holds up no end of its queue, which may end its start', async () => {
  class EndlessQueue extends ArrayQueue {
    readonly ended = gate();
    override async work(): Promise<never> {
      await this.ended.passed;
      throw new Error('it was closed');
    }
    close(): void {
      this.ended.open();
    }
  }
  const { logger, lines } = notedLog();
  const queue = new EndlessQueue();
  const { web } = service({ logger, deduplicate: { store: memoryStore(), storeTimeoutMs: 60_000 } }, queue);
  const working = expect(web.on('*', () => undefined).work()).rejects.toThrow('it was closed');
  const asked = performance.now();
  await web.close({ timeoutMs: 60_000 });
  await working;
  expect(performance.now() - asked).toBeLessThan(10_000);
  expect(lines).toStrictEqual([]);
});

test('a worker whose start fails while close() waits for an answer ends neither the process nor close()', async () => {
  const fails = gate();
  class RefusingQueue extends GatedQueue {
    override async work(): Promise<never> {
      await fails.passed;
      throw new Error('the queue refuses');
    }
  }
  const queue = new RefusingQueue();
  const { web } = service({ deduplicate: { store: memoryStore(), storeTimeoutMs: 60_000 }, timeoutMs: 60_000 }, queue);
  const working = expect(web.on('*', () => undefined).work()).rejects.toThrow('the queue refuses');
  const answer = send(web, genuine());
  await until(() => queue.asked === 1);
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const closed = web.close({ timeoutMs: 60_000 });
  fails.open();
  await working;
  await calm();
  process.off('unhandledRejection', note);
  expect(unhandled).toStrictEqual([]);
  queue.held.open();
  expect(await answer).toBe('200 queued');
  await closed;
  expect(queue.isClosed).toBe(true);
});

test('a queue that does not answer keeps close() no longer than its budget, and a line says so and why', async () => {
  class StuckQueue extends ArrayQueue {
    override async work() {
      await Promise.resolve();
      return { close: () => new Promise<void>(() => undefined) };
    }
  }
  const { logger, lines } = notedLog();
  const deduplicate = { store: memoryStore(), storeTimeoutMs: 200 };
  const stuck = bigmindWebhooks({ secret, logger, queue: new StuckQueue(), deduplicate });
  await stuck.on('*', () => undefined).work();
  await stuck.close({ timeoutMs: 0 });
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 40,
      msg: 'The queue did not take its jobs back in time',
      cause: expect.objectContaining({
        message: expect.stringContaining('The queue did not answer') as string,
      }) as object,
    }),
  );
});

test('waits for a worker that needs its whole grace, and says nothing', async () => {
  const closed = gate();
  class SlowQueue extends ArrayQueue {
    override async work() {
      await Promise.resolve();
      return {
        close: async (graceMs: number) => {
          await new Promise((resolve) => setTimeout(resolve, graceMs));
          closed.open();
        },
      };
    }
    async close() {
      await closed.passed;
    }
  }
  const { logger, lines } = notedLog('warn');
  const deduplicate = { store: memoryStore(), storeTimeoutMs: 2000 };
  const slow = bigmindWebhooks({ secret, logger, queue: new SlowQueue(), deduplicate });
  await slow.on('*', () => undefined).work();
  const begun = performance.now();
  await slow.close({ timeoutMs: 300 });
  // Node counts a timer from when its turn began, on a busy machine well before.
  expect(performance.now() - begun).toBeGreaterThan(200);
  await closed.passed;
  expect(lines).toStrictEqual([]);
});

test.each<[string, () => Promise<void>]>([
  ['rejects', () => Promise.reject(new Error('not connected'))],
  ['never ends', () => new Promise(() => undefined)],
])('a queue whose close() %s is a line in the log, and keeps nobody from ending', async (_title, close) => {
  const queue = Object.assign(new ArrayQueue(), { close });
  const { logger, lines } = notedLog();
  const deduplicate = { store: memoryStore(), storeTimeoutMs: 200 };
  const closing = bigmindWebhooks({ secret, logger, queue, deduplicate });
  await closing.on('*', () => undefined).work();
  await closing.close({ timeoutMs: 0 });
  expect(lines).toEqual([
    expect.objectContaining({ level: 40, msg: 'The queue could not be closed', cause: expect.anything() as unknown }),
  ]);
});

test('no client of the user’s is closed: the queue can be used on', async () => {
  const { web, worker, queue } = service();
  const closing = worker().on('*', () => undefined);
  await closing.work();
  await closing.close();
  expect(await send(web, genuine())).toBe('200 queued');
  expect(await closing.deadLetters.list()).toStrictEqual([]);
  expect(queue.entries).toHaveLength(1);
});

test('the longest patience is no haste', async () => {
  const { web, worker, queue } = service();
  const running = gate();
  const { logger, lines } = notedLog('warn');
  const closing = worker({ logger });
  await closing.on('*', () => running.passed).work();
  await send(web, genuine());
  await until(() => queue.states[0] === 'running after 0');
  const close = closing.close({ timeoutMs: Number.MAX_SAFE_INTEGER });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([queue.states, lines]).toStrictEqual([['running after 0'], []]);
  running.open();
  await close;
  expect(queue.states).toEqual(['done after 0']);
});

test('a queue hears of a success at once, and closing waits until the store has it', async () => {
  const memory = memoryStore();
  const recorded = gate();
  let completions = 0;
  const store = {
    ...wrapped(memory),
    async complete(...given: Parameters<typeof memory.complete>) {
      await recorded.passed;
      completions += 1;
      return memory.complete(...given);
    },
  };
  const { web, worker, queue } = service({ deduplicate: { store } });
  let handled = 0;
  const closing = worker();
  await closing
    .on('*', async () => {
      await calm(1);
      handled += 1;
    })
    .work();
  await send(web, genuine());
  await until(() => queue.states.join() === 'done after 0');
  expect([handled, completions]).toEqual([1, 0]);
  let closed = false;
  const close = closing.close({ timeoutMs: 10_000 }).finally(() => {
    closed = true;
  });
  await calm();
  expect(closed).toBe(false);
  recorded.open();
  await close;
  expect(completions).toBe(1);
});

test('a success that the store does not take is kept, and no repeat of it runs', async () => {
  const memory = memoryStore();
  let isAway = true;
  const store = {
    ...wrapped(memory),
    complete: (...given: Parameters<typeof memory.complete>) =>
      isAway ? Promise.reject(new Error('away')) : memory.complete(...given),
  };
  const { web, worker, queue } = service({ deduplicate: { store } });
  let handled = 0;
  await worker()
    .on('*', async () => {
      await calm(1);
      handled += 1;
    })
    .work();
  const delivery = genuine();
  await send(web, delivery);
  await until(() => queue.states.join() === 'done after 0');
  isAway = false;
  // The engine has forgotten the first one.
  queue.entries.length = 0;
  await send(web, delivery);
  await until(() => queue.states.join() === 'done after 0');
  expect(handled).toBe(1);
});

test('a job that the queue hands over while it closes is given back at once, says why, also where its event has no turn', async () => {
  const [closing, running] = [gate(), gate()];
  let started = 0;
  let run: RunJob = () => Promise.reject(new Error('no worker'));
  class LateQueue extends ArrayQueue {
    override work(handed: RunJob): Promise<QueueWorker> {
      run = handed;
      return Promise.resolve({ close: () => closing.passed });
    }
  }
  const { logger, lines } = notedLog();
  const { web, queue } = service({ logger }, new LateQueue());
  for (let count = 0; count < 2; count += 1) expect(await send(web, genuine())).toBe('200 queued');
  const todo = signDelivery({ payload: examplePayload('todo_created'), secret });
  expect(await send(web, todo)).toBe('200 queued');
  web.on('todo_created', () => void started++);
  web.on('notes_created', () => {
    started += 1;
    return running.passed;
  });
  await web.work({ perEvent: { notes_created: 1 } });
  const first = run(queue.jobs[0]);
  await until(() => started === 1);
  const closed = web.close();
  lines.length = 0;
  for (const job of queue.jobs.slice(1)) expect(await run(job)).toBe('again');
  const refused = { outcome: 'unavailable', reason: 'The receiver is closing.' };
  expect(lines).toEqual([expect.objectContaining(refused), expect.objectContaining(refused)]);
  running.open();
  expect(await first).toBe('done');
  closing.open();
  await closed;
  expect(started).toBe(1);
});

test('without a queue it closes without a line', async () => {
  const { logger, lines } = notedLog();
  const { web } = service({ logger, queue: undefined });
  await web.close();
  expect(lines).toStrictEqual([]);
});
