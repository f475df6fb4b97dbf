import type { BigmindWebhooks } from '../../../src/index';
import { examplePayload, signDelivery } from '../../../src/testing';
import { onTerminal, testOnTerminal } from '../../cli/terminal';
import { until } from '../queues/bullmq-kit';
import { type Command, jsonLines, makeCommand, secret } from './command';
import { makeQueuedApp, type QueuedApp, source } from './queued-app';

let command: Command;

beforeAll(async () => {
  command = await makeCommand();
  command.file('webhooks.js', source);
});
afterAll(() => command.remove());

function signed(note: string, payload: object = {}) {
  const whole = { ...examplePayload('notes_created', { data: { note_id: note } }), ...payload };
  return signDelivery({ payload: whole, secret });
}

describe.each(['BullMQ', 'pg-boss'] as const)('with %s', (engine) => {
  let app: QueuedApp;
  /** What handlers of the workers did, such as `crm note_1 replayed`. */
  const done: string[] = [];
  /** Enqueues what comes. */
  let web: BigmindWebhooks;

  beforeAll(async () => {
    app = await makeQueuedApp(engine);
  });
  beforeEach(async () => {
    await app.renew();
    web = app.receiver();
    done.length = 0;
  });
  afterAll(() => app.remove());

  function start(...args: string[]) {
    return command.start(['journal', 'replay', ...args, '--app', './webhooks.js'], { env: app.env });
  }

  /** Keeps notes in the journal that no handler has had. */
  async function keep(count: number, tenant = 'acme'): Promise<string[]> {
    const notes = Array.from({ length: count }, (_, index) => `${tenant}_${index + 1}`);
    const before = app.receiver({ queue: undefined });
    await Promise.all(notes.map((note) => before.receive({ ...signed(note), params: { tenant } })));
    await before.close();
    return notes;
  }

  /** A worker on one connection: jobs run in the order of the queue. */
  async function work(names: readonly string[] = ['crm']): Promise<BigmindWebhooks> {
    const worker = app.receiver();
    for (const name of names) {
      worker.on(
        'notes_created',
        ({ data }, { replayed, tenant }) => {
          expect(data.note_id.startsWith(`${tenant}_`)).toBe(true);
          done.push(`${name} ${data.note_id}${replayed ? ' replayed' : ''}`);
        },
        { name },
      );
    }
    await worker.work({ concurrency: 1 });
    return worker;
  }

  /** Lets a worker run what waits, to its end. What it had only taken is given back when it closes. */
  async function idle(worker: BigmindWebhooks, names?: readonly string[]): Promise<void> {
    await until(async () => (await waiting()) === 0);
    await worker.close();
    if ((await waiting()) > 0) await idle(await work(names), names);
  }

  /** How many jobs wait. */
  async function waiting(): Promise<number> {
    const { queue } = await web.health();
    return queue?.waiting ?? 0;
  }

  test('a replay is enqueued and says so, and a delivery that comes meanwhile overtakes it', async () => {
    const notes = await keep(4);
    const dry = await start('--dry-run').ended;
    expect(dry.stdout).toBe('4 deliveries: 4 would run, 0 failed, 0 skipped\nhandlers  4 × crm, 4 × warehouse\n');
    expect(await waiting()).toBe(0);
    const { code, stdout, stderr } = await start().ended;
    expect(stdout).toMatch(
      /^4 deliveries: 4 ran, 0 failed, 0 skipped in [\d.]+ s, [\d.]+\/s\noutcomes {2}4 × queued\n$/,
    );
    expect({ code, error: stderr.includes('error:') }).toEqual({ code: 0, error: false });
    expect(await waiting()).toBe(4);
    const live = { ...signed('acme_live'), params: { tenant: 'acme' } };
    expect(await web.receive(live)).toMatchObject({ status: 200, body: '{"status":"queued"}' });
    const worker = await work();
    await until(() => done.length === 5);
    expect(done[0]).toBe('crm acme_live');
    expect(done.slice(1).toSorted()).toEqual(notes.map((note) => `crm ${note} replayed`));

    const again = await start('--json').ended;
    const summary = {
      type: 'summary',
      found: 5,
      ran: 5,
      failed: 0,
      outcomes: { queued: 5 },
      handlers: {},
      failures: [],
    };
    expect(jsonLines(again.stdout).at(-1)).toMatchObject(summary);
    await idle(worker);
    expect(done).toHaveLength(5);
  });

  test('a replay of one handler is enqueued for it alone, and runs it once', async () => {
    const notes = await keep(3);
    const names = ['crm', 'warehouse'];
    const worker = await work(names);
    expect((await start('--handlers', 'warehouse').ended).code).toBe(0);
    await until(() => done.length === 3);
    expect((await start('--handlers', 'warehouse').ended).code).toBe(0);
    await idle(worker, names);
    expect(done.toSorted()).toEqual(notes.map((note) => `warehouse ${note} replayed`));
  });

  test('Ctrl-C ends it and says how to go on; that command enqueues the rest, and nothing runs twice', async () => {
    const notes = await keep(60);
    // The queue is there already: two that make it at once wait for each other, and the replay for both.
    expect(await waiting()).toBe(0);
    const running = start('--rate', '10', '--name', 'half');
    await until(async () => (await waiting()) > 4);
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    const [, ran = '', queued] =
      /^\d+ deliveries: (\d+) ran, 0 failed, 0 skipped .*\noutcomes {2}(\d+) × queued$/m.exec(stdout) ?? [];
    expect(Number(ran)).toBeGreaterThan(4);
    expect(queued).toBe(ran);
    expect(await waiting()).toBe(Number(ran));
    const [, rest = ''] = /^ {2}npx bigmind-webhooks journal replay (.*)$/m.exec(stderr) ?? [];
    expect(rest).toBe('--app ./webhooks.js --rate 10 --name half');
    const resumed = await start('--name', 'half', '--json').ended;
    expect(resumed.code).toBe(0);
    expect(jsonLines(resumed.stdout).at(-1)).toMatchObject({ ran: 60 - Number(ran), name: 'half' });
    expect(await waiting()).toBe(60);
    await idle(await work());
    expect(done.toSorted()).toEqual(notes.map((note) => `crm ${note} replayed`).toSorted());
    // The place is forgotten at the end.
    expect(await app.place.count('bigmind_webhook_journal_marks')).toBe(0);
  });

  test('one that is killed goes on where it was; two at once, beside live copies, run no handler twice', async () => {
    const notes = await keep(60);
    const killed = start('--rate', '10', '--name', 'killed', '--json');
    await until(async () => (await app.place.count('bigmind_webhook_journal_marks')) === 1);
    await until(() => killed.written().includes('\n'));
    killed.child.kill('SIGKILL');
    expect(jsonLines((await killed.ended).stdout)[0]).toMatchObject({ type: 'progress', failed: 0 });
    const worker = await work();
    const copies = notes.slice(20, 40).map((note) => web.receive({ ...signed(note), params: { tenant: 'acme' } }));
    const ended = await Promise.all([start('--name', 'killed', '--json').ended, start('--json').ended]);
    const [resumed, whole] = ended.map(({ stdout }) => jsonLines(stdout).at(-1) as { found: number });
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(resumed?.found).toBeLessThan(60);
    expect(whole?.found).toBe(60);
    expect((await Promise.all(copies)).map(({ status }) => status)).toEqual(copies.map(() => 200));
    await idle(worker);
    const ran = done.map((line) => line.replace(' replayed', ''));
    expect(ran.toSorted()).toEqual(notes.map((note) => `crm ${note}`).toSorted());
  });

  test('a span of several tenants and of what is no event is replayed, each once by who can', async () => {
    const notes = [...(await keep(2)), ...(await keep(2, 'globex'))];
    const before = app.receiver({ queue: undefined });
    for (const body of [
      signed('acme_unknown', { event: 'notes_archived' }),
      signed('acme_invalid', { webhook_id: 7 }),
      signDelivery({ payload: '{"event":', secret }),
    ]) {
      await before.receive({ ...body, params: { tenant: 'acme' } });
    }
    await before.close();
    const worker = await work();
    const both = await Promise.all([start('--json').ended, start('--json').ended]);
    for (const { code, stdout } of both) {
      const summary = {
        found: 7,
        ran: 4,
        failed: 0,
        skipped: 3,
        outcomes: { queued: 4, ignored: 1, invalid: 1, malformed: 1 },
      };
      expect({ code, summary: jsonLines(stdout).at(-1) }).toMatchObject({ code: 0, summary });
    }
    await until(async () => done.length >= 4 && (await waiting()) === 0);
    expect(done.toSorted()).toEqual(notes.map((note) => `crm ${note} replayed`).toSorted());
    const { stdout } = await start('--tenant', 'globex', '--force', '--json').ended;
    expect(jsonLines(stdout).at(-1)).toMatchObject({ found: 2, ran: 2 });
    await until(() => done.length >= 6);
    await idle(worker);
    expect(done.slice(4).toSorted()).toEqual(['crm globex_1 replayed', 'crm globex_2 replayed']);
  });

  testOnTerminal('a terminal shows a bar until the summary, and Ctrl-C says how to go on', async () => {
    await keep(60);
    const line = `${process.execPath} ${command.main} journal replay --rate 10 --app ./webhooks.js`;
    const env = { BIGMIND_WEBHOOK_SECRET: secret, ...app.env };
    const running = onTerminal(line, { cwd: command.folder, env });
    await running.shows(/\d+% \d+ done, [\d.]+\/s/);
    running.type('\u0003');
    const { code, shown } = await running.ended;
    expect(code).toBe(130);
    expect(shown).toMatch(/deliver(y|ies): \d+ ran, 0 failed, 0 skipped/);
    expect(shown).toMatch(/npx bigmind-webhooks journal replay --app \.\/webhooks\.js --rate 10 --name replay-\w+/);
  });
});

test('Ctrl-C ends a replay whose queue is out of reach, and the command that it prints enqueues all', async () => {
  const app = await makeQueuedApp('BullMQ');
  try {
    await app.renew();
    const before = app.receiver({ queue: undefined });
    for (const note of ['acme_1', 'acme_2']) await before.receive({ ...signed(note), params: { tenant: 'acme' } });
    const args = ['journal', 'replay', '--name', 'away', '--app', './webhooks.js'];
    const running = command.start(args, { env: { ...app.env, REDIS_PORT: '1' } });
    let told = '';
    running.child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await until(() => told.includes('Redis reported an error'));
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^0 deliveries: 0 ran, 0 failed, 0 skipped/);
    expect(stderr).toContain('npx bigmind-webhooks journal replay --app ./webhooks.js --name away\n');
    const resumed = await command.run([...args, '--json'], { env: app.env });
    expect(jsonLines(resumed.stdout).at(-1)).toMatchObject({ found: 2, ran: 2, outcomes: { queued: 2 } });
  } finally {
    await app.remove();
  }
});
