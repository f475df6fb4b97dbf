// zsh and fish are not on every machine. Where one is missing, its script is only read here, and a warning says so.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { onTerminal } from '../../cli/terminal';
import { type Command, makeCommand } from './command';

let command: Command;

beforeAll(async () => {
  command = await makeCommand();
  mkdirSync(join(command.folder, 'bin'));
  symlinkSync(command.main, join(command.folder, 'bin/bigmind-webhooks'));
});
afterAll(() => command.remove());

const shells = ['zsh', 'fish'] as const;

function isInstalled(shell: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(':');
  const found = folders.some((folder) => existsSync(join(folder, shell)));
  if (!found) console.warn(`${shell} is not installed: its completion was not tried, only its text.`);
  return found;
}

function env(): Record<string, string> {
  return { PATH: `${command.folder}/bin:${process.env['PATH']}`, HOME: command.state };
}

async function script(shell: string): Promise<string> {
  const { code, stdout } = await command.run(['completion', shell]);
  expect(code).toBe(0);
  return stdout;
}

test.each(shells)('the script of %s names every command, event and value, and the shell can read it', async (shell) => {
  const text = await script(shell);
  for (const name of ['init', 'send', 'listen', 'replay', 'redrive', 'todo_created', 'standard-webhooks']) {
    expect(text).toContain(name);
  }
  const path = command.file(`completion.${shell}`, text);
  if (isInstalled(shell)) execFileSync(shell, ['-n', path]);
});

const asked = [
  ['se', 'send'],
  ['send todo_c', 'todo_created'],
  ['send --insec', '--insecure'],
  ['send --scheme standard', 'standard-webhooks'],
  ['listen --answer t', 'timeout'],
  ['dead-letters redr', 'redrive'],
  ['init completion.f', 'completion.fish'],
] as const;

test('fish offers commands, events, options, their values and files', async () => {
  command.file('completion.fish', await script('fish'));
  if (!isInstalled('fish')) return;
  for (const [typed, wanted] of asked) {
    const line = `source completion.fish; complete -C 'bigmind-webhooks ${typed}'`;
    const offered = execFileSync('fish', ['-N', '-c', line], { cwd: command.folder, env: env(), encoding: 'utf8' });
    expect({ typed, offered: offered.split('\n').map((each) => each.split('\t')[0]) }).toEqual({
      typed,
      offered: [wanted, ''],
    });
  }
});

test('the tabulator completes the same in a zsh without any settings', async () => {
  command.file('completion.zsh', await script('zsh'));
  if (!isInstalled('zsh')) return;
  const zsh = onTerminal('zsh -f -i', { cwd: command.folder, env: { ...env(), TERM: 'dumb', PS1: 'ready> ' } });
  await zsh.shows('ready> ');
  zsh.type('source completion.zsh; setopt interactive_comments; echo sour""ced\n');
  await zsh.shows('sourced\n');
  expect(zsh.shown()).not.toContain('not found');
  for (const [typed, wanted] of asked) {
    zsh.type(`bigmind-webhooks ${typed}\t`);
    await zsh.shows(new RegExp(`bigmind-webhooks [^\\r\\n]*${wanted} `));
    zsh.type('\u0001#\n');
  }
  zsh.type('exit 7\n');
  expect((await zsh.ended).code).toBe(7);
});
