import fc from 'fast-check';
import type { QueuedDelivery, QueueWorker, RunJob } from '../../src';
import { readJob, UnreadableJob } from '../../src/queueing/read-job';
import fixture from './fixtures/queued-delivery-0.1.json';
import { ArrayQueue, closeAll, notedLog, service, until } from './kit';

afterEach(closeAll);

test('a job that version 0.1 wrote is read: jobs outlive deploys, so the fixture must never change', () => {
  const { rawBody, headers, ...fields } = readJob(fixture);
  expect(fields).toEqual({
    key: '9f2b1c7d5e8a4036b1d2c3e4f5a60718293a4b5c6d7e8f90a1b2c3d4e5f60718',
    event: 'notes_created',
    tenant: 'acme',
    scheme: 'hmac',
    receivedAt: 1_764_028_800_000,
    params: { tenant: 'acme' },
    locals: { team: 'north', flags: [true, null] },
  });
  expect(headers).toEqual({ 'content-type': 'application/json', 'user-agent': 'Bigmind' });
  expect(JSON.parse(rawBody.toString())).toMatchObject({ event: 'notes_created', data: { content: 'Größe 👍' } });
});

test('a worker of this version handles it', async () => {
  const queue = new ArrayQueue();
  const seen: unknown[] = [];
  queue.put(fixture);
  await service({}, queue)
    .worker()
    .on('notes_created', ({ data }, { tenant, locals }) => void seen.push(data.content, tenant, locals))
    .work();
  await until(() => queue.verdicts.length > 0);
  expect(seen).toEqual(['Größe 👍', 'acme', { team: 'north', flags: [true, null] }]);
});

test('a job that holds a header which none holds today is read with it', () => {
  const headers = { ...fixture.headers, 'idempotency-key': 'of an earlier version' };
  expect(readJob({ ...fixture, headers }).headers).toEqual(headers);
});

test('what a later version adds is passed over', () => {
  expect(readJob({ ...fixture, priority: 5, traceparent: {} })).toEqual(readJob(fixture));
});

test('what may be missing may be', () => {
  const { tenant: _tenant, locals: _locals, headers: _headers, params: _params, ...least } = fixture;
  const { tenant, locals, headers, params } = readJob(least);
  expect([tenant, locals, headers, params]).toEqual([undefined, undefined, {}, {}]);
});

const replay = { key: fixture.key, handlers: ['crm'], force: false, outcome: 'failed', succeeded: ['slack'] };

test('a replay is read with the key of its delivery, whatever the job’s own is', () => {
  const job = { ...fixture, version: 2, key: 'f'.repeat(64), priority: 'low', replay };
  expect(readJob(job)).toEqual({ ...readJob(fixture), replay, jobKey: job.key });
  expect(readJob({ ...job, replay: { ...replay, outcome: 'newer' } }).replay?.outcome).toBeUndefined();
});

test.each([
  [
    { traceparent: '00-1-2-01', tracestate: 'a=1' },
    { traceparent: '00-1-2-01', tracestate: 'a=1' },
  ],
  [{ traceparent: '00-1-2-01', tracestate: 5 }, { traceparent: '00-1-2-01' }],
  [{ traceparent: 5, tracestate: 'a=1' }, undefined],
  ['00-1-2-01', undefined],
])('a trace that cannot be read is left out, and the job is read: %j', (trace, expected) => {
  expect(readJob({ ...fixture, trace }).trace).toStrictEqual(expected);
});

test('a job may have come at any time that a Date can hold', () => {
  for (const receivedAt of [-8.64e15, 8.64e15]) expect(readJob({ ...fixture, receivedAt }).receivedAt).toBe(receivedAt);
});

test.each<[string, unknown]>([
  ['object', null],
  ['replay', { ...fixture, version: 2 }],
  ['key', { ...fixture, version: 2, replay: { ...replay, key: 'short' } }],
  ['replay.force', { ...fixture, version: 2, replay: { ...replay, force: 'yes' } }],
  ['replay.succeeded', { ...fixture, version: 2, replay: { ...replay, succeeded: 'slack' } }],
  ['replay.handlers', { ...fixture, version: 2, replay: { ...replay, handlers: ['crm', 1] } }],
  ['object', 'a job'],
  ['object', [fixture]],
  ['version', { ...fixture, version: 3 }],
  ['version', { ...fixture, version: undefined }],
  ['key', { ...fixture, key: 'short' }],
  ['key', { ...fixture, key: `0${fixture.key}` }],
  ['key', { ...fixture, key: `${fixture.key}0` }],
  ['key', { ...fixture, key: undefined }],
  ['event', { ...fixture, event: '' }],
  ['tenant', { ...fixture, tenant: null }],
  ['tenant', { ...fixture, tenant: '' }],
  ['scheme', { ...fixture, scheme: 5 }],
  ['receivedAt', { ...fixture, receivedAt: '2026-01-01' }],
  ['receivedAt', { ...fixture, receivedAt: '1764028800000' }],
  ['receivedAt', { ...fixture, receivedAt: 1e300 }],
  ['headers', { ...fixture, headers: [] }],
  ['headers', { ...fixture, headers: { 'x-list': ['a'] } }],
  ['params', { ...fixture, params: 'north' }],
  ['rawBody', { ...fixture, rawBody: undefined }],
  ['rawBody', { ...fixture, rawBody: `${fixture.rawBody.slice(0, 20)}*${fixture.rawBody.slice(20)}` }],
  ['rawBody', { ...fixture, rawBody: fixture.rawBody.slice(0, 21) }],
])('a job whose %s is not readable is refused, by the name of the field: %#', (field, job) => {
  expect(() => readJob(job)).toThrow(expect.objectContaining({ constructor: UnreadableJob, name: 'UnreadableJob' }));
  expect(() => readJob(job)).toThrow(field === 'object' ? 'The job is no object.' : `its ${field} is not `);
});

const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withMap: true, withTypedArray: true });
/** The fixture with some fields replaced, removed or added, and things that are no job at all. */
const hostile = fc.oneof(
  anything,
  fc
    .dictionary(fc.oneof(fc.constantFrom(...Object.keys(fixture)), fc.string()), anything, { noNullPrototype: true })
    .map((changes) => ({ ...fixture, ...changes })),
  fc.subarray(Object.entries(fixture)).map((entries) => Object.fromEntries(entries)),
);

test('whatever is read as a job, it is read or refused as unreadable', () => {
  fc.assert(
    fc.property(hostile, (job) => {
      try {
        const { key, rawBody, receivedAt } = readJob(job);
        expect(key).toHaveLength(64);
        expect(Buffer.isBuffer(rawBody)).toBe(true);
        expect(Number.isNaN(new Date(receivedAt).getTime())).toBe(false);
      } catch (error) {
        if (!(error instanceof UnreadableJob)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

test('no garbage is acknowledged: whatever a worker cannot read, and what is no event, is a dead letter', async () => {
  const json = fc.jsonValue();
  const bodies = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64'));
  const garbage = fc.oneof(
    json.map((value) => ({ ...fixture, version: value === 1 ? 0 : value })),
    fc.tuple(bodies, fc.stringMatching(/^[0-9a-f]{64}$/)).map(([rawBody, key]) => ({ ...fixture, rawBody, key })),
    json.filter((value) => typeof value !== 'object' || value === null || Array.isArray(value)),
  );
  await fc.assert(
    fc.asyncProperty(garbage, async (job) => {
      const queue = new ArrayQueue({ attempts: 1 });
      const handled: unknown[] = [];
      queue.put(job);
      await service({}, queue)
        .worker()
        .on('*', (event) => void handled.push(event))
        .work();
      await until(() => queue.states[0] === 'dead after 1');
      expect([queue.verdicts, handled]).toStrictEqual([[], []]);
      await closeAll();
    }),
    { numRuns: 60 },
  );
});

test('a job that breaks when it is looked at fails its attempt, and the line says why', async () => {
  class BrokenQueue extends ArrayQueue {
    run: RunJob = () => Promise.reject(new Error('no worker'));
    override work(run: RunJob): Promise<QueueWorker> {
      this.run = run;
      return Promise.resolve({ close: () => Promise.resolve() });
    }
  }
  const queue = new BrokenQueue();
  const { logger, lines } = notedLog();
  const ran: unknown[] = [];
  await service({ logger }, queue)
    .worker()
    .on('*', (event) => void ran.push(event))
    .work();
  const broken = {
    get version(): number {
      throw new Error('detached');
    },
  };
  await expect(queue.run(broken)).rejects.toThrow('An error outside the handlers.; Error: detached');
  const cause = expect.objectContaining({ message: 'detached' }) as unknown;
  expect(lines).toContainEqual(
    expect.objectContaining({ outcome: 'failed', reason: 'An error outside the handlers.', cause }),
  );
  expect(ran).toStrictEqual([]);
});

test('the type of the contract is that of the fixture', () => {
  const job: QueuedDelivery = { ...fixture, version: 1 };
  expect(job.version).toBe(fixture.version);
});
