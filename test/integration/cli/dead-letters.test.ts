import { Redis } from 'ioredis';
import { bigmindWebhooks } from '../../../src/index';
import { bullmqQueue } from '../../../src/queues/bullmq/index';
import { examplePayload, signDelivery } from '../../../src/testing';
import { onTerminal } from '../../cli/terminal';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { until } from '../queues/bullmq-kit';
import { type Command, type Ended, jsonLines, makeCommand, secret } from './command';

let command: Command;
let redis: OwnRedis;
let connection: Redis;
let namespace: string;
let webhooks: ReturnType<typeof receiver>;
/** Notes that a handler was told of, and whether it fails. */
const handled: string[] = [];
let fails = true;
let count = 0;

const hostile = 'said "\u001b]0;owned\u0007\u202e\n\r\tend"';

/** The characters of a text that act on a terminal. */
function acting(text: string): string[] {
  return ['\u001b', '\u0007', '\u202e', '\r'].filter((character) => text.includes(character));
}

beforeAll(async () => {
  command = await makeCommand();
  redis = await startRedis();
  connection = new Redis(redis.port, '127.0.0.1', { maxRetriesPerRequest: null });
  command.file(
    'webhooks.js',
    `const { Redis } = require('ioredis');
    const { bigmindWebhooks } = require('bigmind-webhooks');
    const { bullmqQueue } = require('bigmind-webhooks/bullmq');
    const connection = new Redis(process.env.REDIS_PORT, '127.0.0.1', { maxRetriesPerRequest: null });
    connection.on('error', () => {});
    exports.webhooks = bigmindWebhooks({ queue: bullmqQueue({ connection, namespace: process.env.NAMESPACE, attempts: 1 }) })
      .on('notes_created', () => { throw new Error('never runs here'); });`,
  );
});

afterAll(async () => {
  connection.disconnect();
  await redis.remove();
  command.remove();
});

beforeEach(async () => {
  count += 1;
  namespace = `of-test-${count}`;
  handled.length = 0;
  fails = true;
  webhooks = receiver();
  await webhooks.work({ concurrency: 1 });
});

afterEach(() => webhooks.close());

function receiver() {
  const queue = bullmqQueue({ connection, namespace, attempts: 1 });
  const locals = () => ({ region: 'eu' });
  return bigmindWebhooks({ secret, queue, locals, logger: false }).on('notes_created', ({ data }) => {
    handled.push(data.note_id);
    if (fails) throw new Error(hostile);
  });
}

/** Deliveries that die, the last one first; their ids. */
async function die(notes: number): Promise<string[]> {
  for (let note = 1; note <= notes; note += 1) {
    const payload = examplePayload('notes_created', { data: { note_id: `note_${note}`, target_object_name: hostile } });
    await webhooks.receive({ ...signDelivery({ payload, secret }), params: { house: 'one' } });
    // Of those that die in the same millisecond, none is the newest.
    await until(async () => (await webhooks.health()).queue?.dead === note);
    const diedBy = Date.now();
    await until(() => Date.now() > diedBy);
  }
  return (await webhooks.deadLetters.list({ limit: notes })).map(({ id }) => id);
}

function run(...args: string[]): Promise<Ended> {
  const env = { REDIS_PORT: String(redis.port), NAMESPACE: namespace };
  return command.run(['dead-letters', ...args, '--app', './webhooks.js'], { env });
}

async function left(): Promise<string[]> {
  return (await webhooks.deadLetters.list({ limit: 1000 })).map(({ id }) => id);
}

test('list shows every dead letter in an aligned table, the newest first, and nothing that acts on a terminal', async () => {
  const ids = await die(105);
  const { code, stdout, stderr } = await run('list');
  const [head = '', ...rows] = stdout.trimEnd().split('\n');
  expect(head).toMatch(/^ID +EVENT +FAILED AT +ATTEMPTS +REASON$/);
  expect(rows.map((row) => row.split(' ')[0])).toEqual(ids);
  for (const row of rows) {
    expect(row.indexOf('notes_created')).toBe(head.indexOf('EVENT'));
    expect(row.slice(head.indexOf('REASON'))).toBe(
      'notes_created: Error: said "\\u001b]0;owned\\u0007\\u202e\\n\\r\\tend"',
    );
  }
  expect(code).toBe(0);
  expect(stderr).not.toContain('error:');
  expect(handled).toHaveLength(105);
});

test('list --limit ends there, and --json prints a line for each', async () => {
  const ids = await die(3);
  const { code, stdout } = await run('list', '--limit', '2', '--json');
  expect(jsonLines(stdout)).toEqual(
    ids.slice(0, 2).map((id) => ({
      id,
      key: expect.stringMatching(/^[\da-f]{64}$/),
      event: 'notes_created',
      replayed: false,
      reason: `notes_created: Error: ${hostile}`,
      attempts: 1,
      failedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })),
  );
  expect(code).toBe(0);
});

test('list of none says so, and --json prints nothing', async () => {
  expect(await run('list')).toEqual({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('There are no dead letters.'),
  });
  expect(await run('list', '--json')).toMatchObject({ code: 0, stdout: '' });
});

test('show tells everything but the payload, which only --body shows', async () => {
  const [id = ''] = await die(1);
  const shown = await run('show', id);
  expect(shown.stdout).toMatch(/^event +notes_created$/m);
  expect(shown.stdout).toMatch(/^params\.house +one$/m);
  expect(shown.stdout).toMatch(/^headers\.content-type +application\/json$/m);
  expect(shown.stdout).toMatch(/^locals +\{"region":"eu"\}$/m);
  expect(shown.stdout).toMatch(/^body +\d+ bytes$/m);
  expect(shown.stdout).not.toMatch(/note_1|signature/);
  expect(acting(shown.stdout)).toStrictEqual([]);
  const withBody = await run('show', id, '--body');
  expect(withBody.stdout).toContain('"note_id":"note_1"');
  expect(acting(withBody.stdout)).toStrictEqual([]);

  const [json] = jsonLines((await run('show', id, '--json')).stdout);
  expect(json).toMatchObject({ id, params: { house: 'one' }, locals: { region: 'eu' }, bytes: expect.any(Number) });
  expect(json).not.toHaveProperty('body');
  const [whole] = jsonLines((await run('show', id, '--json', '--body')).stdout);
  const body = JSON.parse(Buffer.from(String(whole?.['body']), 'base64').toString('utf8')) as { data: object };
  expect(body.data).toMatchObject({ note_id: 'note_1', target_object_name: hostile });
});

test('redrive runs the named ones again in a worker, and fails for an unknown id', async () => {
  const [newest = '', middle = '', oldest = ''] = await die(3);
  handled.length = 0;
  fails = false;
  const { code, stdout, stderr } = await run('redrive', oldest, 'nowhere\u001b', newest, oldest);
  expect(stdout).toBe('2 redriven.\n');
  expect(stderr).toContain('There is no dead letter with the id nowhere\\u001b.\n');
  expect(code).toBe(1);
  await until(() => handled.length === 2);
  expect(handled).toEqual(['note_1', 'note_3']);
  expect(await left()).toEqual([middle]);
  const all = await run('redrive', '--all', '--json');
  expect(all).toMatchObject({ code: 0, stdout: '{"redriven":1,"missing":[]}\n' });
  await until(() => handled.length === 3);
  expect(await left()).toStrictEqual([]);
});

test('discard deletes what is named for good, and without a terminal only with --yes', async () => {
  const [newest = '', middle = '', oldest = ''] = await die(3);
  const unasked = await run('discard', newest);
  expect(unasked).toMatchObject({ code: 2, stdout: '' });
  expect(unasked.stderr).toContain('Delete 1 dead letter for good? Nobody can be asked here: pass --yes.');
  expect(await left()).toHaveLength(3);
  expect(await run('discard', newest, 'nowhere', '--yes', '--json')).toMatchObject({
    code: 1,
    stdout: '{"discarded":1,"missing":["nowhere"]}\n',
  });
  expect(await left()).toEqual([middle, oldest]);
  expect(await run('discard', '--all', '--yes')).toMatchObject({ code: 0, stdout: '2 discarded.\n' });
  expect(await left()).toStrictEqual([]);
  expect(handled).toHaveLength(3);
});

test('an unknown id has nothing to show', async () => {
  const { code, stdout, stderr } = await run('show', 'nowhere');
  expect(stderr).toContain('There is no dead letter with the id nowhere.');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
});

test.each([
  ['y', 0, 0],
  ['n', 1, 2],
  ['', 1, 2],
])('on a terminal, discard asks before it deletes several: %p', async (answer, code, kept) => {
  const ids = await die(2);
  const line = `${process.execPath} ${command.main} dead-letters discard ${ids.join(' ')} --app ./webhooks.js`;
  const env = { BIGMIND_WEBHOOK_SECRET: secret, REDIS_PORT: String(redis.port), NAMESPACE: namespace };
  const asking = onTerminal(line, { cwd: command.folder, env });
  await asking.shows('Delete 2 dead letters for good? [y/N]');
  asking.type(`${answer}\n`);
  expect((await asking.ended).code).toBe(code);
  expect(await left()).toHaveLength(kept);
});

test('a Redis that is gone ends in words', async () => {
  const env = { REDIS_PORT: '1', NAMESPACE: namespace };
  const running = command.start(['dead-letters', 'list', '--app', './webhooks.js'], { env });
  const { code, stderr, stdout } = await running.ended;
  expect(stderr).toMatch(/^error: \w+: Redis did not answer within \d+ ms$/m);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
});
