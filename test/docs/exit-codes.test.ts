// The exit codes of docs/cli.md for what ends a command early; the others are tried in test/integration/cli/exit-codes.test.ts.
import { type Command, makeCommand } from '../integration/cli/command';
import { listen } from '../integration/cli/receiver';
import { readDocument } from './markdown';

let command: Command;

beforeAll(async () => {
  command = await makeCommand();
}, 60_000);
afterAll(() => command.remove());

const said = readDocument('docs/cli.md');

test.each([
  ['SIGINT', Number(/^\| (\d+) *\| ended by Ctrl-C, with a summary/m.exec(said)?.[1])],
  ['SIGTERM', Number(/\((\d+) by SIGTERM,/.exec(said)?.[1])],
  ['SIGHUP', Number(/, (\d+) where the terminal was closed\)/.exec(said)?.[1])],
] as const)('%s ends send with exit code %d and a summary', async (signal, expected) => {
  const receiver = await listen(async () => ({ status: 200 }));
  const running = command.start(['send', 'todo_created', '--count', '10000', '--rate', '20', '--url', receiver.url]);
  await receiver.came(2);
  running.child.kill(signal);
  const { code, stdout } = await running.ended;
  expect(code).toBe(expected);
  expect(stdout).toMatch(/^\d+ of 10000 sent in /m);
  await receiver.stop();
});
