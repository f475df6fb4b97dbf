import type * as loaded from '../../src';
import { refusalOf } from '../options/refusal';
import { ArrayQueue, closeAll, genuine, notedLog, type Options, secret, send, service, until } from './kit';

afterEach(closeAll);

const noQueues: [unknown, string][] = [
  ['redis', 'queue: expected a queue such as bullmqQueue({ connection, namespace }), got a string of 5 characters.'],
  [null, 'queue: expected a queue'],
  [ArrayQueue, 'got a function. Call it, as in bullmqQueue({ connection, namespace }).'],
  [{}, 'queue.open: expected a function, got undefined.'],
  [{ open() {}, enqueue() {} }, 'queue.work: expected a function'],
  [{ open() {}, enqueue() {}, work() {} }, 'queue.deadJobs: expected an object, got undefined.'],
  [{ open() {}, enqueue() {}, work() {}, deadJobs: {} }, 'queue.deadJobs.list: expected a function'],
];

test.each(noQueues)('an option queue that is none is refused: %#', (queue, message) => {
  expect(refusalOf(() => service({ queue } as unknown as Options))).toEqual({
    code: 'BAD_OPTION',
    message: expect.stringContaining(message) as string,
  });
});

test('an option queue that is undefined is none', () => {
  expect(() => service({ queue: undefined })).not.toThrow();
});

test('work without a queue rejects with NO_QUEUE', async () => {
  const { web } = service({ queue: undefined });
  await expect(web.on('*', () => undefined).work()).rejects.toMatchObject({ code: 'NO_QUEUE' });
});

test('work without a handler rejects with NO_HANDLERS, and takes nothing from the queue; a callback is enough', async () => {
  const { web, queue } = service();
  queue.put({ key: 'some' });
  await expect(web.work()).rejects.toMatchObject({ code: 'NO_HANDLERS' });
  expect(queue.states).toEqual(['waiting after 0']);
  await expect(web.onInvalid(() => undefined).work()).resolves.toBeUndefined();
});

test.each<[unknown, string, string]>([
  [5, 'BAD_OPTION', 'work: expected an object, got 5 (number).'],
  [{ concurrency: 0 }, 'BAD_OPTION', 'work.concurrency: expected a whole number from 1, got 0 (number).'],
  [{ concurrency: '10' }, 'BAD_OPTION', 'work.concurrency: expected a whole number from 1'],
  [{ concurency: 5 }, 'BAD_OPTION', 'work.concurency is unknown. Did you mean concurrency?'],
  [{ perEvent: 2 }, 'BAD_OPTION', 'work.perEvent: expected an object of whole numbers by event name'],
  [{ perEvent: [2] }, 'BAD_OPTION', 'work.perEvent: expected an object'],
  [{ perEvent: { notes_created: 0 } }, 'BAD_OPTION', 'work.perEvent.notes_created: expected a whole number from 1'],
  [
    { perEvent: { note_created: 2 } },
    'UNKNOWN_EVENT',
    'work.perEvent: there is no event "note_created". Did you mean notes_created?',
  ],
  [{ perEvent: { '*': 2 } }, 'UNKNOWN_EVENT', 'work.perEvent: there is no event "*".'],
])('work(%j) is refused with %s', async (options, code, message) => {
  const { web, queue } = service();
  queue.put({ key: 'some' });
  web.on('*', () => undefined);
  await expect(Reflect.apply(web.work, web, [options])).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message) as string,
  });
  expect(queue.states).toEqual(['waiting after 0']);
});

test('a second work() is refused: concurrency is said once', async () => {
  const { web } = service();
  await web.on('*', () => undefined).work();
  await expect(web.work({ concurrency: 2 })).rejects.toMatchObject({
    code: 'BAD_OPTION',
    message:
      'BAD_OPTION work: it was called already, and takes one call a receiver. Ask for the concurrency that you need there.',
  });
});

test('work() that the queue refused rejects with its reason, and can be tried again', async () => {
  const { web, queue } = service();
  const work = queue.work.bind(queue);
  queue.work = () => Promise.reject(new Error('not yet'));
  web.on('*', () => undefined);
  await expect(web.work()).rejects.toThrow('not yet');
  queue.work = work;
  await expect(web.work()).resolves.toBeUndefined();
});

test('work() after close() is refused', async () => {
  const { web } = service();
  await web.on('*', () => undefined).close();
  await expect(web.work()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('a worker with the store of its process alone is warned about once, saying what to pass', async () => {
  const { logger, lines } = notedLog();
  await jest.isolateModulesAsync(async () => {
    const { bigmindWebhooks } = jest.requireActual<typeof loaded>('../../src');
    for (const deduplicate of [undefined, undefined]) {
      const worker = bigmindWebhooks({ secret, logger, queue: new ArrayQueue(), deduplicate });
      await worker.on('*', () => undefined).work();
      await worker.close();
    }
  });
  expect(lines).toEqual([
    expect.objectContaining({
      level: 40,
      code: 'EPHEMERAL_STORE',
      msg: expect.stringContaining('deduplicate.store') as string,
    }),
  ]);
});

test('a worker with deduplicate: false is warned that each attempt runs all handlers again, as it does', async () => {
  const { logger, lines } = notedLog('warn');
  const { web, queue } = service({ deduplicate: false, logger }, new ArrayQueue({ attempts: 2 }));
  expect(lines).toStrictEqual([]);
  const ran: string[] = [];
  await web
    .on('*', () => void ran.push('a'), { name: 'a' })
    .on(
      '*',
      () => {
        throw new Error('b is broken');
      },
      { name: 'b' },
    )
    .work();
  expect(lines).toEqual([
    expect.objectContaining({
      level: 40,
      code: 'DEDUPLICATION_OFF',
      msg:
        'deduplicate is false, so work() remembers nothing: when a handler of a delivery fails, each further attempt runs ' +
        'all of them again. Pass a shared deduplicate.store, such as redisStore() or postgresStore().',
    }),
  ]);
  await send(web, genuine());
  await until(() => queue.states[0] === 'dead after 2');
  expect(ran).toEqual(['a', 'a']);
});

test('a worker with a store that was chosen is not warned about', async () => {
  const { logger, lines } = notedLog();
  await service()
    .worker({ logger })
    .on('*', () => undefined)
    .work();
  expect(lines).toStrictEqual([]);
});
