import { listOf, parseNames } from '../../../src/cli/parse-list';
import { type Command, jsonLines, makeCommand } from '../../integration/cli/command';
import { type App, makeApp } from './kit';

let command: Command;
let app: App;

beforeAll(async () => {
  command = await makeCommand();
});
afterAll(() => command.remove());

beforeEach(() => {
  app = makeApp(command);
});
afterEach(() => app.remove());

test('a list of names is read as it was, whatever commas are in them', () => {
  const names = ['crm', 'todo_created,todo_updated', 'a,b,c'];
  expect(listOf(names)).toBe('crm,todo_created\\,todo_updated,a\\,b\\,c');
  expect(parseNames(listOf(names))).toEqual(names);
  const behind = ['a\\', 'b', 'c\\,d', 'e\\\\'];
  expect(parseNames(listOf(behind))).toEqual(behind);
  expect(parseNames('a\\b,c')).toEqual(['a\\b', 'c']);
  expect(parseNames(' crm , slack', ['archive'])).toEqual(['archive', 'crm', 'slack']);
});

test('a handler of several events is replayed by its name, a backslash before each comma', async () => {
  await app.receive([{ note: 'note_1' }]);
  command.file(
    'several.js',
    `const webhooks = require('./webhooks.js');
     webhooks.on(['notes_created', 'todo_created'], () => undefined);
     module.exports = webhooks;`,
  );
  const args = ['journal', 'replay', '--handlers', 'notes_created\\,todo_created', '--json'];
  const { code, stdout } = await app.run(args, {}, './several.js');
  expect(code).toBe(0);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ ran: 1, handlers: { 'notes_created,todo_created': { ran: 1 } } });
  expect(app.runs()).toStrictEqual([]);
});

test('a replay that goes on says what failed before it was broken off, how to list it, and exits with 1', async () => {
  await app.receive(Array.from({ length: 8 }, (_, index) => ({ note: `note_${index}` })));
  const args = ['journal', 'replay', '--force', '--concurrency', '1', '--name', 'monday', '--from', '1d'];
  const running = app.start(args, { SLOW: '200', FAIL: 'note_0' });
  while (app.runs().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  running.child.kill('SIGINT');
  await running.ended;
  expect(app.runs().length).toBeLessThan(7);

  expect(await app.run([...args, '--dry-run'])).toMatchObject({ code: 0 });
  const { code, stdout, stderr } = await app.run([...args, '--json']);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ failed: 0, failedBefore: 1 });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^1 failed before the place that it went on from\. To list what has failed:$/m);
  const [, listing = ''] = /^ {2}npx bigmind-webhooks (journal find .*)$/m.exec(stderr) ?? [];
  const listed = await app.run([...listing.replace('--app ./webhooks.js ', '').split(' '), '--json']);
  expect(jsonLines(listed.stdout)).toMatchObject([{ outcome: 'failed' }]);
  expect(app.runs().map(({ note }) => note)).not.toContain('note_0');
});

test('a forced replay that failed prints the command that runs what failed again, with --force', async () => {
  await app.receive([{ note: 'note_0' }, { note: 'note_1' }]);
  const failed = await app.run(['journal', 'replay', '--force'], { FAIL: 'note_0' });
  expect(failed.code).toBe(1);
  const [, printed = ''] =
    /^Handlers that had succeeded before it run again only with --force:\n {2}npx bigmind-webhooks (.*)$/m.exec(
      failed.stderr,
    ) ?? [];
  const before = app.runs().length;
  const again = printed.replace('--app ./webhooks.js ', '').split(' ');
  expect(await app.run(again.filter((word) => word !== '--force'))).toMatchObject({ code: 0 });
  expect(app.runs()).toHaveLength(before);
  await app.run(['journal', 'replay', '--force'], { FAIL: 'note_0' });
  const ran = app.runs().length;
  expect(await app.run(again)).toMatchObject({ code: 0 });
  expect(app.runs().slice(ran)).toMatchObject([{ note: 'note_0' }]);
});

test('a dry run with the name of a replay that was broken off counts what is left of it, and leaves its place', async () => {
  await app.receive(Array.from({ length: 12 }, (_, index) => ({ note: `note_${index}` })));
  const args = ['journal', 'replay', '--force', '--concurrency', '1', '--name', 'monday'];
  const running = app.start(args, { SLOW: '200' });
  while (app.runs().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  running.child.kill('SIGINT');
  await running.ended;
  const left = 12 - app.runs().length;
  expect(left).toBeGreaterThan(0);
  for (let time = 0; time < 2; time += 1) {
    const { code, stdout, stderr } = await app.run([...args, '--dry-run']);
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/^[^{]/m);
    expect(stdout).toMatch(new RegExp(`^${left} deliveries: ${left} would run, 0 failed, 0 skipped\\n`));
  }
  expect(app.runs()).toHaveLength(12 - left);
});
