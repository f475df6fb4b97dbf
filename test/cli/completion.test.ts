import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, makeCommand } from '../integration/cli/command';
import { onTerminal, testOnTerminal } from './terminal';

let command: Command;

beforeAll(async () => {
  command = await makeCommand();
  symlinkSync(command.main, join(command.folder, 'bigmind-webhooks'));
});
afterAll(() => command.remove());

testOnTerminal(
  'in an interactive bash the tabulator completes commands, options, their values, events and folders',
  async () => {
    command.file('captured.http', '');
    const env = { PATH: `${command.folder}:${process.env['PATH']}`, PS1: 'ready> ', TERM: 'dumb' };
    const bash = onTerminal('bash --norc --noprofile -i', { cwd: command.folder, env });
    await bash.shows('ready> ');
    bash.type('source <(bigmind-webhooks completion bash); echo sour""ced\n');
    await bash.shows('sourced\n');
    for (const [typed, completed] of [
      ['se', 'send '],
      ['send todo_c', 'send todo_created '],
      ['send --sch', 'send --scheme '],
      ['send --scheme standard', 'send --scheme standard-webhooks '],
      ['listen --answer t', 'listen --answer timeout '],
      ['detect captu', 'detect captured.http '],
      ['dead-letters redr', 'dead-letters redrive '],
      ['journal replay --dry', 'journal replay --dry-run '],
      ['init --typ', 'init --typescript '],
    ] as const) {
      bash.type(`bigmind-webhooks ${typed}\t`);
      await bash.shows(`bigmind-webhooks ${completed}`);
      // To the beginning of the line, and a comment of it: nothing runs.
      bash.type('\u0001#\n');
    }
    bash.type('exit 7\n');
    expect((await bash.ended).code).toBe(7);
  },
);
