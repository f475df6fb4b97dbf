import type { BigmindWebhooks } from '../../../src/index';
import { examplePayload, signDelivery } from '../../../src/testing';
import { until } from '../queues/bullmq-kit';
import { type Command, jsonLines, makeCommand, secret } from './command';
import { makeQueuedApp, type QueuedApp, source } from './queued-app';

let command: Command;

beforeAll(async () => {
  command = await makeCommand();
  command.file('webhooks.js', source);
});
afterAll(() => command.remove());

describe.each(['BullMQ', 'pg-boss'] as const)('with %s', (engine) => {
  let app: QueuedApp;
  /** Runs that succeeded, such as `crm note_1 replayed`. */
  const done: string[] = [];
  /** The handlers that fail. */
  const broken = new Set<string>();
  let worker: BigmindWebhooks;

  beforeAll(async () => {
    app = await makeQueuedApp(engine);
  });
  beforeEach(async () => {
    await app.renew();
    done.length = 0;
    broken.clear();
    worker = app.receiver();
    for (const name of ['crm', 'warehouse']) {
      worker.on(
        'notes_created',
        ({ data }, { replayed }) => {
          if (broken.has(name)) throw new Error('down');
          done.push(`${name} ${data.note_id}${replayed ? ' replayed' : ''}`);
        },
        { name },
      );
    }
    await worker.work({ concurrency: 1 });
  });
  afterAll(() => app.remove());

  function run(...args: string[]) {
    return command.run([...args, '--app', './webhooks.js'], { env: app.env });
  }
  const journal = (...args: string[]) => run('journal', ...args);
  const deadLetters = (...args: string[]) => run('dead-letters', ...args);

  /** Keeps notes in the journal that no handler has had; their keys. */
  async function keep(count: number): Promise<string[]> {
    const web = app.receiver({ queue: undefined });
    for (let note = 1; note <= count; note += 1) {
      const payload = examplePayload('notes_created', { data: { note_id: `note_${note}` } });
      await web.receive({ ...signDelivery({ payload, secret }), params: { tenant: 'acme' } });
    }
    await web.close();
    return (await ends()).map(({ key }) => key);
  }

  /** How the deliveries ended, by the journal, in the order in which they came. */
  async function ends(): Promise<{ key: string; end: string }[]> {
    const found: { key: string; end: string }[] = [];
    for await (const { key, outcome, succeeded } of worker.journal.find({ order: 'oldest first' })) {
      found.push({ key, end: [outcome, ...succeeded.toSorted()].join(' ') });
    }
    return found;
  }
  async function untilEnded(...wanted: string[]): Promise<void> {
    await until(async () => (await ends()).map(({ end }) => end).join() === wanted.join());
  }

  test('a replay that fails for good is a dead letter under the key of its delivery, and the journal says failed', async () => {
    const [key = ''] = await keep(1);
    broken.add('warehouse');
    expect(await journal('replay')).toMatchObject({ code: 0 });
    await until(async () => (await worker.deadLetters.list()).length === 1);
    await untilEnded('failed crm');
    expect(done).toEqual(['crm note_1 replayed']);

    const listed = await deadLetters('list', '--json');
    const [letter] = jsonLines(listed.stdout);
    const known = { key, event: 'notes_created', tenant: 'acme', attempts: 2, reason: 'warehouse: Error: down' };
    expect({ code: listed.code, letter }).toMatchObject({ code: 0, letter: known });
    const shown = await deadLetters('show', String(letter?.['id']), '--body');
    expect(shown.stdout).toMatch(new RegExp(`^key +${key}$`, 'm'));
    expect(shown.stdout).toMatch(/^replayed +yes$/m);
    expect(shown.stdout).toContain('"note_id":"note_1"');
    const [json] = jsonLines((await deadLetters('show', String(letter?.['id']), '--json')).stdout);
    expect(json).toMatchObject({ ...known, replayed: true, params: { tenant: 'acme' } });
  });

  test('a redriven replay is still one, runs what failed alone, and the journal has its end', async () => {
    await keep(2);
    broken.add('warehouse');
    await journal('replay');
    await until(async () => (await worker.deadLetters.list()).length === 2);
    broken.clear();
    const redriven = await deadLetters('redrive', '--all', '--json');
    expect(redriven).toMatchObject({ code: 0, stdout: '{"redriven":2,"missing":[]}\n' });
    await untilEnded('processed crm warehouse', 'processed crm warehouse');
    expect(done.toSorted()).toEqual(
      ['crm', 'warehouse'].flatMap((name) => [`${name} note_1 replayed`, `${name} note_2 replayed`]),
    );
    expect(await worker.deadLetters.list()).toStrictEqual([]);
    const again = await journal('replay', '--json');
    expect(jsonLines(again.stdout).at(-1)).toMatchObject({ found: 2, ran: 0, outcomes: { duplicate: 2 } });
    expect(done).toHaveLength(4);
  });

  test('a forced replay that is redriven does not run again what it has run', async () => {
    await keep(1);
    await journal('replay');
    await untilEnded('processed crm warehouse');
    done.length = 0;
    broken.add('warehouse');
    await journal('replay', '--force');
    await until(async () => (await worker.deadLetters.list()).length === 1);
    expect(done).toEqual(['crm note_1 replayed']);
    broken.clear();
    const [{ id = '' } = {}] = await worker.deadLetters.list();
    expect(await deadLetters('redrive', id)).toMatchObject({ code: 0, stdout: '1 redriven.\n' });
    await until(() => done.includes('warehouse note_1 replayed'));
    await untilEnded('processed crm warehouse');
    expect(done).toEqual(['crm note_1 replayed', 'warehouse note_1 replayed']);
  });

  test('a discarded replay stays in the journal, and a new one runs what failed', async () => {
    await keep(1);
    broken.add('crm');
    await journal('replay');
    await until(async () => (await worker.deadLetters.list()).length === 1);
    const [{ id = '' } = {}] = await worker.deadLetters.list();
    const discarded = await deadLetters('discard', id, 'nowhere', '--yes', '--json');
    expect(discarded).toMatchObject({ code: 1, stdout: '{"discarded":1,"missing":["nowhere"]}\n' });
    expect(await deadLetters('list')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('There are no dead letters.') as string,
    });
    await untilEnded('failed warehouse');
    broken.clear();
    expect(await journal('replay', '--outcome', 'failed')).toMatchObject({ code: 0 });
    await untilEnded('processed crm warehouse');
    expect(done).toEqual(['warehouse note_1 replayed', 'crm note_1 replayed']);
  });
});
