import { execFile } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Command, makeCommand, secret } from './command';

let command: Command;

beforeAll(async () => {
  command = await makeCommand();
  symlinkSync(command.main, join(command.folder, 'bigmind-webhooks'));
});

afterAll(() => command.remove());

/** Runs a script of bash in which `bigmind-webhooks` is a command. */
async function bash(script: string): Promise<string> {
  const env = {
    PATH: `${command.folder}:${process.env['PATH']}`,
    BIGMIND_WEBHOOK_SECRET: secret,
    TERM: 'xterm',
    CLI: `${process.execPath} ${command.main}`,
  };
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script], { cwd: command.folder, env });
  return stdout.replaceAll('\r', '');
}

/** Through a terminal of its own, which `script` (util-linux) makes: skipped where there is none, since Node makes none. */
const onTerminal = existsSync('/usr/bin/script') ? test : test.skip;

onTerminal.each([60, 100])(
  'on a terminal of %i columns no line is longer, but for words that cannot be broken',
  async (columns) => {
    const commands = ['', 'send', 'listen', 'validate', 'detect', 'replay', 'completion'].map(
      (name) => `$CLI ${name} --help`,
    );
    const line = `stty cols ${columns}; ${commands.join('; ')}`;
    const text = await bash(`script -qc '${line}' /dev/null < /dev/null`);
    const lines = text.split('\n');
    expect(lines.length).toBeGreaterThan(200);
    expect(lines.filter((each) => each.length > columns && each.trim().includes(' '))).toStrictEqual([]);
    expect(Math.max(...lines.map((each) => each.length))).toBeGreaterThan(columns - 12);
  },
);

test('bash completes commands, options, their values, events and files, from the script that it sources', async () => {
  const complete = (...words: string[]) =>
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _bigmind_webhooks; echo "\${COMPREPLY[*]}"`;
  const asked = [
    ['bigmind-webhooks', 'se'],
    ['bigmind-webhooks', 'send', 'todo_c'],
    ['bigmind-webhooks', 'send', '--sch'],
    ['bigmind-webhooks', 'send', '--scheme', 's'],
    ['bigmind-webhooks', 'listen', '--answer', ''],
    ['bigmind-webhooks', 'replay', ''],
    ['bigmind-webhooks', 'completion', 'f'],
  ];
  const script = `set -e; source <(bigmind-webhooks completion bash); ${asked.map((words) => complete(...words)).join('; ')}`;
  expect((await bash(script)).split('\n').slice(0, asked.length)).toEqual([
    'send',
    'todo_created',
    '--scheme',
    'stripe slack standard-webhooks',
    '500 503 timeout',
    '',
    'fish',
  ]);
});

test.each(['zsh', 'fish'])('%s has a script that names every command', async (shell) => {
  const { code, stdout } = await command.run(['completion', shell]);
  for (const name of ['send', 'listen', 'validate', 'detect', 'replay', 'todo_created', 'standard-webhooks']) {
    expect(stdout).toContain(name);
  }
  expect(code).toBe(0);
  // Where the shell is installed, it reads the script.
  const path = command.file(`completion.${shell}`, stdout);
  if (existsSync(`/usr/bin/${shell}`)) await bash(`${shell} -n ${path}`);
});
