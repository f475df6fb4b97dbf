import { type Command, jsonLines, makeCommand, secret } from '../../integration/cli/command';
import { onTerminal, testOnTerminal } from '../terminal';
import { type App, hostile, makeApp } from './kit';

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

function notes(count: number): { note: string }[] {
  return Array.from({ length: count }, (_, index) => ({ note: `note_${index + 1}` }));
}

const failing = (): never => {
  throw new Error('down');
};

/** What the module's handlers did, such as `crm note_1`. */
function done(): string[] {
  return app.runs().map(({ handler, note }) => `${handler} ${note}`);
}

test('what failed runs again, once; a dry run before counts it and runs nothing', async () => {
  await app.receive(notes(2));
  await app.receive([{ note: 'note_3' }, { note: 'note_4' }], failing);
  const dry = await app.run(['journal', 'replay', '--dry-run']);
  expect(dry.stdout).toBe(
    '4 deliveries: 2 would run, 0 failed, 2 skipped\noutcomes  2 × duplicate\nhandlers  2 × crm\n',
  );
  expect(dry.code).toBe(0);
  expect(done()).toStrictEqual([]);

  const { code, stdout } = await app.run(['journal', 'replay', '--concurrency', '1']);
  expect(stdout).toMatch(/^4 deliveries: 2 ran, 0 failed, 2 skipped in \d+\.\d s, [\d.]+\/s\n/);
  expect(code).toBe(0);
  expect(done()).toEqual(['crm note_3', 'crm note_4']);
  expect(app.runs().every(({ replayed }) => replayed)).toBe(true);

  const again = await app.run(['journal', 'replay', '--json']);
  expect(jsonLines(again.stdout).at(-1)).toMatchObject({
    type: 'summary',
    found: 4,
    ran: 0,
    skipped: 4,
    outcomes: { duplicate: 4 },
    dryRun: false,
    failures: [],
    seconds: expect.any(Number),
  });
  expect(done()).toHaveLength(2);
});

test('a new handler is filled alone, and with --force a named one runs again', async () => {
  await app.receive([...notes(2), { note: 'note_3', tenant: 'globex' }]);
  const filled = await app.run(['journal', 'replay', '--concurrency', '1'], { MORE: '1' });
  expect(filled.stdout).toContain('\nhandlers  3 × warehouse\n');
  expect(done()).toEqual(['warehouse note_1', 'warehouse note_2', 'warehouse note_3']);
  const forced = await app.run(['journal', 'replay', '--force', '--handlers', 'crm', '--tenant', 'globex'], {
    MORE: '1',
  });
  expect(forced.code).toBe(0);
  expect(done().slice(3)).toEqual(['crm note_3']);
});

test('a handler that fails is named, exit code 1, and nothing of its text acts on a terminal', async () => {
  await app.receive(notes(3), failing);
  const { code, stdout } = await app.run(['journal', 'replay'], { FAIL: 'note_2' });
  expect(stdout).toMatch(/^3 deliveries: 2 ran, 1 failed, 0 skipped/);
  expect(stdout).toContain('handlers  2 × crm (1 failed)\n');
  expect(stdout).toMatch(/^failed {4}[\da-f]{64} notes_created crm: evil\\u001b\]0;owned\\u0007\\u202e\\r\\n$/m);
  expect(code).toBe(1);
  const json = await app.run(['journal', 'replay', '--json'], { FAIL: 'note_2' });
  expect(jsonLines(json.stdout).at(-1)).toMatchObject({
    failed: 1,
    failures: [{ event: 'notes_created', handler: 'crm', message: hostile }],
  });
  expect(json.code).toBe(1);
});

test('an unknown handler is wrong use, and runs nothing', async () => {
  await app.receive(notes(1), failing);
  const { code, stdout, stderr } = await app.run(['journal', 'replay', '--handlers', 'cmr']);
  expect(stderr).toMatch(/BAD_OPTION .*Did you mean crm\?/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(done()).toStrictEqual([]);
});

test('--rate is kept', async () => {
  await app.receive(notes(5), failing);
  const { stdout } = await app.run(['journal', 'replay', '--rate', '5', '--json']);
  const { seconds } = jsonLines(stdout).at(-1) as { seconds: number };
  expect(seconds).toBeGreaterThan(0.7);
  expect(done()).toHaveLength(5);
});

test('Ctrl-C lets running handlers end and says how to go on; that command runs the rest, and nothing twice', async () => {
  await app.receive(notes(12), failing);
  const running = app.start(['journal', 'replay', '--from', '1d', '--concurrency', '2'], { SLOW: '300' });
  while (done().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('Running handlers end first. Ctrl-C again ends at once.');
  const ran = done().length;
  expect(stdout).toMatch(new RegExp(`^${ran} deliveries: ${ran} ran, 0 failed, 0 skipped`));
  expect(ran).toBeLessThan(12);
  const [, rest = ''] = /^ {2}npx bigmind-webhooks (.*)$/m.exec(stderr) ?? [];
  expect(rest).toMatch(/^journal replay --app \.\/webhooks\.js --from \S+Z --concurrency 2 --name replay-\d+T\d+Z$/);

  const resumed = await app.run(rest.replace(' --app ./webhooks.js', '').split(' '));
  expect(resumed.stdout).toMatch(new RegExp(`^${12 - ran} deliveries: ${12 - ran} ran, 0 failed, 0 skipped`));
  expect(resumed.code).toBe(0);
  expect(done().toSorted()).toEqual(
    notes(12)
      .map(({ note }) => `crm ${note}`)
      .toSorted(),
  );
});

test('a terminal that is closed ends no handler in its middle; exit code 129, and how to go on', async () => {
  await app.receive(notes(12), failing);
  const running = app.start(['journal', 'replay', '--concurrency', '2'], { SLOW: '700' });
  while (done().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  // The shell sends one, and the system another one.
  running.child.kill('SIGHUP');
  running.child.kill('SIGHUP');
  const { code, stderr } = await running.ended;
  const ran = done().length;
  expect(ran).toBeLessThan(12);
  expect(ran % 2).toBe(0);
  expect(code).toBe(129);
  expect(stderr).toMatch(/To go on where it was:\n {2}npx bigmind-webhooks journal replay --app /);
  const again = await app.run(['journal', 'replay', '--json']);
  expect(jsonLines(again.stdout).at(-1)).toMatchObject({ ran: 12 - ran, skipped: ran });
}, 60_000);

test('a reader that has enough ends no handler in its middle; exit code 1, and how to go on', async () => {
  await app.receive(notes(12), failing);
  const running = app.start(['journal', 'replay', '--json', '--concurrency', '2'], { SLOW: '700' });
  running.child.stdout?.once('data', () => running.child.stdout?.destroy());
  const { code, stderr } = await running.ended;
  const ran = done().length;
  expect(ran).toBeGreaterThan(2);
  expect(ran).toBeLessThan(12);
  expect(ran % 2).toBe(0);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^It ended early: .* To go on where it was:\n {2}npx bigmind-webhooks journal replay --app /m);
  const again = await app.run(['journal', 'replay', '--json']);
  expect(jsonLines(again.stdout).at(-1)).toMatchObject({ ran: 12 - ran, skipped: ran });
}, 60_000);

test('a replay that is killed has said under which name it goes on, and that goes on where it was', async () => {
  await app.receive(notes(20));
  const running = app.start(['journal', 'replay', '--force', '--concurrency', '1'], { SLOW: '300' });
  const name = await new Promise<string>((resolve) => {
    running.child.stderr?.on('data', (chunk: Buffer) => {
      const [, told] =
        /^If this replay is cut off, it goes on with --name (replay-\d+T\d+Z)\.$/m.exec(String(chunk)) ?? [];
      if (told !== undefined) resolve(told);
    });
  });
  const ran = done().length;
  while (done().length < ran + 5) await new Promise((resolve) => setTimeout(resolve, 20));
  running.child.kill('SIGKILL');
  await running.ended;
  const other = await app.run(['journal', 'replay', '--name', name]);
  expect(other).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('differs in force') });
  const { code, stdout } = await app.run(['journal', 'replay', '--force', '--name', name, '--json']);
  expect(code).toBe(0);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ ran: expect.any(Number), failed: 0 });
  expect(new Set(done()).size).toBe(20);
  expect(Number(jsonLines(stdout).at(-1)?.['ran'])).toBeLessThan(20);
}, 60_000);

/** A replay on a terminal, whose handler takes a while. */
function replayOnTerminal(slow: number) {
  const { directory } = app;
  const env = { BIGMIND_WEBHOOK_SECRET: secret, DIRECTORY: directory, DIARY: '/dev/null', SLOW: String(slow) };
  const line = `${process.execPath} ${command.main} journal replay --concurrency 1 --app ./webhooks.js`;
  return onTerminal(line, { cwd: command.folder, env, columns: 120 });
}

testOnTerminal('a terminal shows a bar with rate and time left, and ends it before the summary', async () => {
  const now = Date.now();
  const spread = notes(20).map((each, index) => ({ ...each, at: new Date(now - 4_000_000 + index * 200_000) }));
  await app.receive(spread, failing);
  const { code, shown } = await replayOnTerminal(150).ended;
  expect(code).toBe(0);
  expect(shown).toMatch(/\[#+-+\] \d+% \d+ done, [\d.]+\/s, \d+ s left/);
  expect(shown).toContain('\r\u001b[K');
  expect(shown).toContain('\u001b[1m20 deliveries: 20 ran, 0 failed, 0 skipped');
  expect(done()).toStrictEqual([]);
});

testOnTerminal('Ctrl-C on a terminal lets the running handler end, says how to go on, and exits with 130', async () => {
  await app.receive(notes(40), failing);
  const replaying = replayOnTerminal(400);
  await replaying.shows('A replay of the journal begins');
  replaying.type('\u0003');
  const { code, shown } = await replaying.ended;
  expect(code).toBe(130);
  expect(shown).toContain('Running handlers end first');
  expect(shown).toMatch(/\d+ ran, 0 failed/);
  expect(shown).not.toContain('40 ran');
  expect(shown).toContain('--name');
});
