import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { examplePayload, signDelivery } from '../../../src/testing';
import { type Command, jsonLines, secret } from './command';
import { makeListenCommand, until } from './listen-kit';

let command: Command;

beforeAll(async () => {
  command = await makeListenCommand();
});

afterAll(() => command?.remove());

test('a file that cannot be written for a while is said once, takes part of no later line, and is written again', async () => {
  const file = join(command.folder, 'deliveries.ndjson');
  // No file may have more than 4 KB, as if the disk were full.
  const limited = 'ulimit -f 4; exec "$0" "$@"';
  const args = [process.execPath, command.main, 'listen', '--json', '--port', '0', '--save', file];
  const child = spawn('bash', ['-c', limited, ...args], {
    cwd: command.folder,
    env: { PATH: process.env['PATH'], XDG_STATE_HOME: command.state, BIGMIND_WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close');
  await until(() => stdout.includes('\n'));
  const receiver = String(jsonLines(stdout)[0]?.['receiver']);
  const post = async (content: string) => {
    const { headers, body } = signDelivery({ payload: examplePayload('notes_created', { data: { content } }), secret });
    expect((await fetch(receiver, { method: 'POST', headers, body })).status).toBe(200);
  };
  await post('before');
  await post('x'.repeat(8000));
  await post('y'.repeat(8000));
  await until(() => stderr.includes('\n'));
  const [saved = '', half = ''] = readFileSync(file, 'utf8').split('\n');
  expect(jsonLines(saved)).toHaveLength(1);
  expect(half).not.toBe('');
  truncateSync(file, saved.length + 1 + 100);
  await post('after');
  child.kill('SIGINT');
  await ended;
  expect(stderr).toMatch(/^\S+ cannot be written: EFBIG\b.* Later ones are, once it can be written again\.\n$/);
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  expect(lines[0]).toBe(saved);
  expect(half.startsWith(lines[1] ?? '-')).toBe(true);
  expect(jsonLines(lines.slice(2).join('\n'))).toEqual([
    expect.objectContaining({ body: expect.any(String) as string }),
  ]);
});
