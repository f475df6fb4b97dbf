// What a signal that comes twice does to a replay.
import { type Command, makeCommand, type Running } from '../../integration/cli/command';
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

const failing = (): never => {
  throw new Error('down');
};

/** Resolves when the command has written this to standard error. */
async function told({ child }: Running, text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => chunk.includes(text) && resolve());
  });
}

test('Ctrl-C under npx, which sends it a second time, ends no handler in its middle', async () => {
  await app.receive([{ note: 'note_1' }, { note: 'note_2' }], failing);
  const running = app.start(['journal', 'replay', '--concurrency', '1'], { SLOW: '1000' });
  await told(running, 'slow note_1');
  running.child.kill('SIGINT');
  await told(running, 'Running handlers end first');
  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  expect(code).toBe(130);
  expect(stdout).toMatch(/^1 delivery: 1 ran, 0 failed, 0 skipped/);
  expect(stderr).toMatch(/To go on where it was:\n {2}npx bigmind-webhooks journal replay --app /);
  expect(app.runs()).toMatchObject([{ handler: 'crm', note: 'note_1' }]);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'a second %s ends at once, after the command has said under which name the replay goes on',
  async (signal) => {
    await app.receive([{ note: 'note_1' }, { note: 'note_2' }], failing);
    const running = app.start(['journal', 'replay'], { SLOW: '60000' });
    await told(running, 'slow note_1');
    running.child.kill(signal);
    await told(running, 'Running handlers end first');
    // Sooner it may be npm's, of the first one.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    running.child.kill(signal);
    const { stderr } = await running.ended;
    expect(stderr).toMatch(/Ctrl-C again ends at once\. What is left then goes on with --name replay-\d+T\d+Z\.$/m);
    expect(running.child.signalCode).toBe(signal);
    expect(app.runs()).toStrictEqual([]);
  },
);

test.each([
  ['SIGINT', 'SIGTERM'],
  ['SIGTERM', 'SIGINT'],
] as const)('%s and then %s end at once, also within the second that an echo may take', async (first, second) => {
  await app.receive([{ note: 'note_1' }], failing);
  const running = app.start(['journal', 'replay'], { SLOW: '8000' });
  await told(running, 'slow note_1');
  running.child.kill(first);
  await told(running, 'Running handlers end first');
  running.child.kill(second);
  await running.ended;
  expect(running.child.signalCode).toBe(second);
  expect(app.runs()).toStrictEqual([]);
});
