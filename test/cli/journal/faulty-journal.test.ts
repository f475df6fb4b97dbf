// What the commands say where the journal answers in part.
import { type Command, makeCommand } from '../../integration/cli/command';
import { type App, makeApp } from './kit';

let command: Command;
let app: App;

/** The app of the kit, whose journal fails at one step. */
const source = `
const webhooks = require('./webhooks.js');
const { journal } = webhooks;
const faults = {
  stats: { async stats() { throw new Error('canceling statement due to statement timeout'); } },
  find: {
    async *find(query) {
      for await (const found of journal.find(query)) yield found;
      throw new Error('connection lost');
    },
  },
  forget: {
    async forget() {
      console.error('silent');
      await new Promise(() => undefined);
    },
  },
};
const faulty = Object.create(journal, Object.getOwnPropertyDescriptors(faults[process.env.FAULT]));
module.exports = new Proxy(webhooks, {
  get: (target, name) => name === 'journal' ? faulty : Reflect.get(target, name, target),
});
`;

beforeAll(async () => {
  command = await makeCommand();
});
afterAll(() => command.remove());

beforeEach(async () => {
  app = makeApp(command);
  command.file('faulty.js', source);
  await app.receive([{ note: 'note_1' }, { note: 'note_2' }]);
});
afterEach(() => app.remove());

/** What the command says itself, without the app's log. */
function said(stderr: string): string {
  return stderr.replaceAll(/^\{.*\}\n/gm, '');
}

function start(args: readonly string[], fault: string) {
  return app.start(['journal', ...args], { FAULT: fault }, './faulty.js');
}

test('a journal that is too large to be counted is replayed, without a bar', async () => {
  const { code, stdout, stderr } = await start(['replay', '--force'], 'stats').ended;
  expect({ code, said: said(stderr) }).toEqual({ code: 0, said: '' });
  expect(stdout).toMatch(/^2 deliveries: 2 ran, 0 failed, 0 skipped\b/);
  expect(app.runs()).toHaveLength(2);
});

test('a search that is broken off shows what it had found', async () => {
  const { code, stdout, stderr } = await start(['find'], 'find').ended;
  expect({ code, said: said(stderr) }).toEqual({ code: 1, said: 'error: Error: connection lost\n' });
  expect(stdout.match(/ notes_created +processed /g)).toHaveLength(2);
});

test('a removal that is broken off says that some may be removed', async () => {
  const running = start(['forget', '--tenant', 'acme', '--yes'], 'forget');
  running.child.stderr?.on('data', (chunk: Buffer) => chunk.includes('silent') && running.child.kill('SIGINT'));
  const { code, stdout, stderr } = await running.ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(said(stderr)).toBe('silent\nIt ended early: some may be removed. The same command goes on.\n');
});
