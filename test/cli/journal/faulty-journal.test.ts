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

/** An app whose journal says something after its first delivery: that it is lost, or `slow`. */
const cutOff = `
const { bigmindWebhooks } = require('bigmind-webhooks');
const { fileJournal } = require('bigmind-webhooks/file-journal');
const kept = fileJournal({ directory: process.env.DIRECTORY });
async function* find(query) {
  for await (const found of kept.find(query)) {
    yield found;
    if (query.order === 'newest first') continue;
    if (process.env.FAULT === 'lost') throw new Error('connection lost');
    console.error('slow');
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
const journal = new Proxy(kept, {
  get(target, name) {
    const value = name === 'find' ? find : Reflect.get(target, name);
    return typeof value === 'function' ? value.bind(target) : value;
  },
});
module.exports = bigmindWebhooks({ secret: process.env.BIGMIND_WEBHOOK_SECRET, journal }).on('*', () => undefined);
`;

beforeAll(async () => {
  command = await makeCommand();
});
afterAll(() => command.remove());

beforeEach(async () => {
  app = makeApp(command);
  command.file('faulty.js', source);
  command.file('cut-off.js', cutOff);
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

test.each([
  ['an error', 'lost', 1, 'It ended early: The journal could not be read: connection lost\n'],
  ['Ctrl-C', 'slow', 130, 'slow\nCtrl-C again ends at once.\nIt ended early: It was aborted.\n'],
])('a dry run that %s cuts off says so, and speaks of no handlers', async (_what, FAULT, code, told) => {
  const running = app.start(['journal', 'replay', '--dry-run'], { FAULT }, './cut-off.js');
  running.child.stderr?.on('data', (chunk: Buffer) => chunk.includes('slow') && running.child.kill('SIGINT'));
  const { stdout, stderr, ...ended } = await running.ended;
  expect({ code: ended.code, said: said(stderr) }).toEqual({ code, said: told });
  expect(stdout).toMatch(/^1 delivery: /);
});
