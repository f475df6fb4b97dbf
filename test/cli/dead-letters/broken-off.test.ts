// What is told of a redrive or a discard that ends in its middle.
import { type Command, type Ended, makeCommand } from '../../integration/cli/command';

let command: Command;

/** A queue with 150 dead letters, which does what is asked to some of them. Then it answers no more, or fails. */
const source = `
const { bigmindWebhooks } = require('bigmind-webhooks');
const { MOST, FAILS } = process.env;
let count = 0;
function change(answer) {
  return async (id) => {
    if (id === 'all') count = Infinity;
    if (++count <= Number(MOST)) return answer;
    if (FAILS) throw new Error('connection lost');
    console.error('silent');
    await new Promise(() => undefined);
  };
}
const letters = Array.from({ length: 150 }, (_, index) => (
  { id: 'letter-' + index, job: {}, reason: 'down', attempts: 1, failedAt: new Date(0) }));
const deadJobs = {
  list: async ({ limit, offset }) => letters.slice(offset, offset + limit),
  get() {}, redrive: change(1), discard: change(true),
};
module.exports = bigmindWebhooks({ queue: { open() {}, async enqueue() {}, async work() {}, deadJobs }, logger: false });`;

beforeAll(async () => {
  command = await makeCommand();
  command.file('webhooks.js', source);
});
afterAll(() => command.remove());

/** Runs the command and presses Ctrl-C as soon as the queue is silent. */
async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const running = command.start(['dead-letters', ...args, '--app', './webhooks.js'], { env });
  running.child.stderr?.once('data', (chunk: Buffer) => chunk.includes('silent') && running.child.kill('SIGINT'));
  return running.ended;
}

test('a discard of many that is broken off by Ctrl-C says how many are gone, and how many may be', async () => {
  const { code, stdout, stderr } = await run(['discard', '--all', '--yes', '--json'], { MOST: '100' });
  expect({ code, stdout }).toEqual({ code: 130, stdout: '{"discarded":100,"missing":[]}\n' });
  expect(stderr.replaceAll('silent\n', '')).toBe('50 more may be discarded: the queue did not say.\n');
});

const unknown = '1 more may be redriven: the queue did not say.\n';

test.each([
  ['Ctrl-C', {}, 130, unknown],
  ['an error of the queue', { FAILS: '1' }, 1, `${unknown}error: Error: connection lost\n`],
])('a redrive of some that %s breaks off says how many are redriven', async (_title, fails, code, said) => {
  const ended = await run(['redrive', 'a', 'b', 'c'], { MOST: '2', ...fails });
  expect({ ...ended, stderr: ended.stderr.replace('silent\n', '') }).toEqual({
    code,
    stdout: '2 redriven.\n',
    stderr: said,
  });
});

test('a redrive of all that is broken off says that it goes on when it is started again', async () => {
  const { code, stdout, stderr } = await run(['redrive', '--all'], { MOST: '0' });
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toContain('It ended early: some may be redriven. The same command goes on.\n');
});
