import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examplePayload, signDelivery } from '../../../src/testing';
import { type Command, jsonLines, secret } from './command';
import { makeListenCommand, until } from './listen-kit';

let command: Command;
let child: ChildProcess | undefined;

beforeAll(async () => {
  command = await makeListenCommand();
});

afterAll(() => {
  child?.kill('SIGKILL');
  command?.remove();
});

test('what a file cannot take is said once, leaves no half of a line, and what comes then is saved', async () => {
  const file = join(command.folder, 'deliveries.ndjson');
  // No file may have more than 4 KB, as if the disk were full.
  const limited = 'ulimit -f 4; exec "$0" "$@"';
  const args = [process.execPath, command.main, 'listen', '--json', '--port', '0', '--save', file];
  const listening = spawn('bash', ['-c', limited, ...args], {
    cwd: command.folder,
    env: { PATH: process.env['PATH'], XDG_STATE_HOME: command.state, BIGMIND_WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = listening;
  let [stdout, stderr] = ['', ''];
  listening.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  listening.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(listening, 'close');
  await until(() => stdout.includes('\n'));
  const receiver = String(jsonLines(stdout)[0]?.['receiver']);
  async function post(note_id: string, content: string): Promise<void> {
    const payload = examplePayload('notes_created', { data: { note_id, content } });
    const { headers, body } = signDelivery({ payload, secret });
    expect((await fetch(receiver, { method: 'POST', headers, body })).status).toBe(200);
  }
  await post('before', '');
  await post('too large', 'x'.repeat(8000));
  await post('too large', 'y'.repeat(8000));
  await post('after', '');
  listening.kill('SIGINT');
  await ended;
  expect(stderr).toMatch(
    /^\S+ cannot be written: EFBIG\b.* not in it\. Later ones are, once it can be written again\.\n$/,
  );
  expect(readFileSync(file, 'utf8')).toMatch(/^\{.*\}\n\{.*\}\n$/);
  const { code, stdout: validated } = await command.run(['validate', '--json', file]);
  expect(code).toBe(0);
  expect(jsonLines(validated)).toHaveLength(2);
  const bodies = jsonLines(readFileSync(file, 'utf8')).map(({ body }) => Buffer.from(String(body), 'base64'));
  expect(bodies.map((body) => JSON.parse(body.toString()) as unknown)).toMatchObject([
    { data: { note_id: 'before' } },
    { data: { note_id: 'after' } },
  ]);
});
