import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, jsonLines, makeCommand, secret } from '../../integration/cli/command';
import { onTerminal, testOnTerminal } from '../terminal';
import { type App, hostile, makeApp } from './kit';

let command: Command;
let app: App;
const day = 86_400_000;
const ago = (days: number): Date => new Date(Date.now() - days * day);

beforeAll(async () => {
  command = await makeCommand();
});
afterAll(() => command.remove());

beforeEach(async () => {
  app = makeApp(command);
  const fails = (note: string): void => {
    if (note === 'note_2') throw new Error('down');
  };
  await app.receive(
    [
      { note: 'note_1', at: ago(5) },
      { note: 'note_2', at: ago(2) },
      { note: 'note_3', at: ago(1), tenant: 'globex' },
      { note: 'note_4', event: hostile },
    ],
    fails,
  );
});
afterEach(() => app.remove());

function notesOf(stdout: string): string[] {
  return jsonLines(stdout).map(({ body }) => {
    const payload = JSON.parse(Buffer.from(String(body), 'base64').toString('utf8')) as { data: { note_id: string } };
    return payload.data.note_id;
  });
}

test('find shows an aligned table, the oldest first, and nothing that acts on a terminal', async () => {
  const { code, stdout, stderr } = await app.run(['journal', 'find']);
  const [head = '', ...rows] = stdout.trimEnd().split('\n');
  expect(head).toMatch(/^RECEIVED AT +EVENT +OUTCOME +TENANT +KEY +SUCCEEDED$/);
  expect(rows.map((row) => row.split(/ +/).toSpliced(0, 1).toSpliced(3, 1).join(' '))).toEqual([
    'notes_created processed acme crm',
    'notes_created failed acme',
    'notes_created processed globex crm',
    'evil\\u001b]0;owned\\u0007\\u202e\\r\\n ignored acme',
  ]);
  for (const row of rows) expect(row.slice(head.indexOf('KEY'))).toMatch(/^[\da-f]{64}(?: |$)/);
  expect(code).toBe(0);
  expect(stderr).not.toContain('error:');
  expect(app.runs()).toStrictEqual([]);
});

testOnTerminal(
  'a narrow terminal shows each key whole, so that it can be copied, and cuts what stands behind it',
  async () => {
    const keys = jsonLines((await app.run(['journal', 'find', '--json'])).stdout).map(({ key }) => String(key));
    const env = { BIGMIND_WEBHOOK_SECRET: secret, DIRECTORY: app.directory, DIARY: '/dev/null' };
    const line = `${process.execPath} ${command.main} journal find --app ./webhooks.js`;
    const { code, shown } = await onTerminal(line, { cwd: command.folder, env, columns: 80 }).ended;
    const rows = shown.split('\n').filter((row) => row.includes('acme') || row.includes('globex'));
    expect(rows.map((row) => / ([\da-f]{64})(?= …|$)/.exec(row)?.[1])).toEqual(keys);
    expect(shown).not.toContain('crm');
    expect(code).toBe(0);
  },
);

test.each([
  [[], ['note_1', 'note_2', 'note_3', 'note_4']],
  [
    ['--newest', '--limit', '2'],
    ['note_4', 'note_3'],
  ],
  [
    ['--from', '3d'],
    ['note_2', 'note_3', 'note_4'],
  ],
  [['--from', '3d', '--to', '36h'], ['note_2']],
  [['--tenant', 'globex'], ['note_3']],
  [
    ['--outcome', 'failed,ignored'],
    ['note_2', 'note_4'],
  ],
  [
    ['--outcome', 'failed', '--outcome', 'ignored'],
    ['note_2', 'note_4'],
  ],
  [
    ['--event', 'notes_created', '--outcome', 'processed'],
    ['note_1', 'note_3'],
  ],
])('find %j finds %j', async (options, notes) => {
  const { code, stdout } = await app.run(['journal', 'find', '--json', '--body', ...options]);
  expect(notesOf(stdout)).toEqual(notes);
  expect(code).toBe(0);
});

test('find --json has everything but the payload, and finds one by its key', async () => {
  const lines = jsonLines((await app.run(['journal', 'find', '--json'])).stdout);
  expect(lines[0]).toEqual({
    key: expect.stringMatching(/^[\da-f]{64}$/),
    event: 'notes_created',
    tenant: 'acme',
    scheme: 'hmac',
    receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    outcome: 'processed',
    succeeded: ['crm'],
    endedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    headers: { 'content-type': 'application/json', 'user-agent': 'bigmind-webhooks/testing' },
    params: { tenant: 'acme' },
    bytes: expect.any(Number),
  });
  const key = String(lines[2]?.['key']);
  const { stdout } = await app.run(['journal', 'find', '--json', '--key', key]);
  expect(jsonLines(stdout)).toEqual([lines[2]]);
});

test('what others wrote acts on no terminal in lines of JSON, and is read as it was', async () => {
  const { stdout } = await app.run(['journal', 'find', '--json', '--newest', '--limit', '1']);
  expect(stdout).toContain('\\u202e');
  expect(stdout).not.toContain('\u202e');
  expect(jsonLines(stdout)[0]?.['event']).toBe(hostile);
});

test('find of nothing says so', async () => {
  const ended = await app.run(['journal', 'find', '--tenant', 'nobody']);
  expect(ended).toMatchObject({ code: 0, stdout: '' });
  expect(ended.stderr).toContain('The journal has no such delivery.');
});

test.each([
  [['find', '--event', 'notes_craeted'], /UNKNOWN_EVENT .*Did you mean notes_created\?/],
  [['find', '--outcome', 'failled'], /BAD_OPTION .*Did you mean failed\?/],
  [['find', '--outcome', ''], /'--outcome <names>' argument '' is invalid\. Expected names,\s+separated by commas\./],
  [['replay', '--event', ','], /'--event <names>' argument ',' is invalid\. Expected names,\s+separated by commas\./],
])('%j is wrong use', async (args, message) => {
  const { code, stdout, stderr } = await app.run(['journal', ...args]);
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('stats says what is held', async () => {
  const { code, stdout } = await app.run(['journal', 'stats']);
  expect(stdout).toMatch(
    /^deliveries {2}4\nbytes {7}\d+\noldest {6}\d{4}-.*Z\nnewest {6}\d{4}-.*Z\nunreadable {2}0\n$/,
  );
  expect(code).toBe(0);
  const [json] = jsonLines((await app.run(['journal', 'stats', '--json'])).stdout);
  expect(json).toMatchObject({ entries: 4, unreadable: 0, oldest: expect.stringMatching(/Z$/) });
});

test('forget removes for good, and only with --yes where nobody can be asked', async () => {
  const asked = await app.run(['journal', 'forget', '--tenant', 'globex']);
  expect(asked).toMatchObject({ code: 2, stdout: '' });
  expect(asked.stderr).toContain('Remove all of the tenant globex from the journal for good? Nobody can be asked here');
  expect(readAll()).toContain('globex');
  expect(await app.run(['journal', 'forget', '--tenant', 'globex', '--yes'])).toMatchObject({
    code: 0,
    stdout: '1 removed.\n',
  });
  expect(readAll()).not.toContain('globex');
  expect(await app.run(['journal', 'forget', '--before', '3d', '--yes', '--json'])).toMatchObject({
    code: 0,
    stdout: '{"forgotten":1}\n',
  });
  expect(await app.run(['journal', 'forget', '--key', '0'.repeat(64), '--yes'])).toMatchObject({
    code: 1,
    stdout: '0 removed.\n',
  });
  expect(notesOf((await app.run(['journal', 'find', '--json', '--body'])).stdout)).toEqual(['note_2', 'note_4']);
});

/** All that the files of the journal hold. */
function readAll(): string {
  const files = readdirSync(app.directory).filter((name) => name.endsWith('.ndjson'));
  return files.map((name) => readFileSync(join(app.directory, name), 'utf8')).join('');
}

test('a folder that the app has open is refused in words, and left as it is', async () => {
  const open = await app.open();
  const before = readAll();
  for (const name of ['find', 'stats', 'replay']) {
    const { code, stdout, stderr } = await app.run(['journal', name, '--json']);
    expect(stderr).toMatch(/error: JOURNAL_IN_USE .* If that is your app: stop it while this command runs/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  }
  await open.close();
  expect(readAll()).toBe(before);
  expect(app.runs()).toStrictEqual([]);
});
