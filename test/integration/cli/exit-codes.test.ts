import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toSavedLine } from '../../../src/cli/captured/parse-captured';
import { examplePayload } from '../../../src/testing';
import { onTerminal } from '../../cli/terminal';
import { type Command, makeCommand, secret } from './command';
import { type Receiver, startReceiver } from './receiver';

let command: Command;
let receiver: Receiver;

beforeAll(async () => {
  command = await makeCommand();
  receiver = await startReceiver();
});

afterAll(async () => {
  await receiver.stop();
  command.remove();
});

const saved = `${toSavedLine({
  method: 'POST',
  url: '/',
  headers: { 'x-signature': 'a' },
  body: Buffer.from(JSON.stringify(examplePayload('todo_created'))),
})}\n`;

/** Runs a line of shell in which `$CLI` is the command; pipefail makes its own exit code count. */
async function shell(
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { PATH = '' } = process.env;
  const options = {
    cwd: command.folder,
    env: {
      PATH,
      BIGMIND_WEBHOOK_SECRET: secret,
      CLI: `${process.execPath} ${command.main}`,
      URL: receiver.url,
      ...env,
    },
  };
  try {
    return { code: 0, ...(await promisify(execFile)('bash', ['--norc', '-o', 'pipefail', '-c', line], options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

test.each([
  ['send', '$CLI send todo_created --count 2000 --json --url $URL | head -1'],
  ['validate', 'yes "$(cat saved.ndjson)" | head -5000 > many; $CLI validate --json many | head -1'],
  ['detect', 'yes "$(cat saved.ndjson)" | head -5000 > many; $CLI detect --json many | head -1'],
  [
    'replay',
    'yes "$(cat saved.ndjson)" | head -5000 > many; $CLI replay many --json --concurrency 32 --url $URL | head -1',
  ],
  ['help', '$CLI send --help | head -1'],
])('%s ends quietly when its reader has enough', async (_command, line) => {
  command.file('saved.ndjson', saved);
  const { code, stdout, stderr } = await shell(line);
  expect(stdout.split('\n')).toHaveLength(2);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test.each([
  ['0 when done', '$CLI send todo_created --url $URL', 0],
  ['1 when refused', 'BIGMIND_WEBHOOK_SECRET=wrong $CLI send todo_created --url $URL', 1],
  ['1 when found wrong', 'echo "{}" | $CLI validate -', 1],
  ['1 when nothing signs it', '$CLI detect saved.ndjson', 1],
  ['1 when nothing listens', '$CLI replay saved.ndjson --url http://127.0.0.1:1', 1],
  ['2 without a command', '$CLI', 2],
  ['2 for an unknown option', '$CLI validate --no-such-option saved.ndjson', 2],
  ['2 for a file that is not there', '$CLI validate nowhere.json', 2],
  ['2 when one of several cannot be read', 'echo "{}" | $CLI validate nowhere.json -', 2],
  ['2 without a secret', 'unset BIGMIND_WEBHOOK_SECRET; $CLI detect saved.ndjson', 2],
])('the exit code is %s', async (_title, line, expected) => {
  command.file('saved.ndjson', saved);
  const { code, stderr } = await shell(line);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBe(expected);
});

test('listen with a secret that was cut off says what is wrong with it in a line, and never the secret', async () => {
  const { code, stdout, stderr } = await command.run(['listen', '--port', '0'], { secret: 'whsec_abc' });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: .*whsec_/);
  expect(stderr).not.toMatch(/whsec_abc|\n +at /);
});

test.each(['validate', 'detect'])('Ctrl-C ends %s while it waits for standard input', async (name) => {
  const running = command.start([name, '-'], { stdin: null });
  // More than the pipe holds: when all is gone, the command has begun to read.
  await new Promise((resolve) => running.child.stdin?.write(Buffer.alloc(4_000_000, ' '), resolve));
  running.child.kill('SIGINT');
  expect(await running.ended).toEqual({ code: 130, stdout: '', stderr: '' });
});

test.each([
  ['send', '$CLI send todo_created --url $URL'],
  ['validate', '$CLI validate --json saved.ndjson'],
  ['help', '$CLI --help'],
])('%s says that its output cannot be written, with exit code 1', async (_command, line) => {
  command.file('saved.ndjson', saved);
  const { code, stderr } = await shell(`${line} > /dev/full`);
  expect(stderr).toMatch(/^error: Standard output cannot be written: ENOSPC\b.*\n$/);
  expect(code).toBe(1);
});

test.each([
  ['validate', ['validate', '--json', 'many']],
  ['detect', ['detect', '--json', 'many']],
  ['send --print', ['send', 'todo_created', '--count', '1000000', '--print']],
])('Ctrl-C ends %s in the middle of its work', async (_title, args) => {
  command.file('many', saved.repeat(5000));
  const running = command.start(args);
  const { child } = running;
  // A pipe that nobody reads holds the command up until the signal is there.
  child.stdout?.once('data', () => {
    child.stdout?.pause();
    child.kill('SIGINT');
    setImmediate(() => child.stdout?.resume());
  });
  const { code, stdout, stderr } = await running.ended;
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  expect(stdout.split('\n').length).toBeLessThan(5000);
});

test('where nothing is left that could end a command, it does not say that it is done', async () => {
  const never = command.file('never.js', "require('node:fs/promises').readFile = () => new Promise(() => undefined);");
  const path = command.file('saved.ndjson', saved);
  const { code, stdout } = await command.run(['validate', path], { env: { NODE_OPTIONS: `--require ${never}` } });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
});

test('on a terminal that draws over no line there is no progress', async () => {
  const send = `${process.execPath} ${command.main} send todo_created --count 200 --rate 400 --url ${receiver.url}`;
  const env = { BIGMIND_WEBHOOK_SECRET: secret, TERM: 'dumb' };
  const { code, shown } = await onTerminal(send, { cwd: command.folder, env }).ended;
  expect(shown).toContain('200 sent in');
  for (const sign of ['\u001b', '\r', ' left']) expect(shown).not.toContain(sign);
  expect(code).toBe(0);
});

test('colour and progress are for a terminal, and colour not with NO_COLOR', async () => {
  const send = `${process.execPath} ${command.main} send todo_created --count 200 --rate 400 --url ${receiver.url}`;
  const onTerminalWith = (env: Readonly<Record<string, string>>) =>
    onTerminal(send, { cwd: command.folder, env: { BIGMIND_WEBHOOK_SECRET: secret, ...env } }).ended;
  const coloured = await onTerminalWith({});
  expect(coloured.shown).toContain('\u001b[1m200 sent in');
  expect(coloured.shown).toMatch(/\[#*-*\] \d+\/200 \d+% [\d.]+\/s \d+ s left/);
  const without = await onTerminalWith({ NO_COLOR: '1' });
  expect(without.shown).toContain('200 sent in');
  expect(without.shown.replaceAll('\u001b[K', '')).not.toContain('\u001b');
  const piped = await shell('$CLI send todo_created --count 200 --url $URL 2>&1', { TERM: 'xterm' });
  expect(piped.stdout).not.toContain('\u001b');
  expect(piped.stdout).not.toContain(' left');
});
