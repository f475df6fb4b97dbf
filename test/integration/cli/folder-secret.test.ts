import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Command } from './command';
import { makeListenCommand, startListen, until } from './listen-kit';
import { startReceiver } from './receiver';

let command: Command;

beforeAll(async () => {
  command = await makeListenCommand();
});

afterEach(() => rmSync(command.state, { recursive: true, force: true }));
afterAll(() => command?.remove());

const none = { secret: null };

/** The file that holds the secret of the tests' folder. */
function secretFile(): string {
  const [folder = ''] = readdirSync(join(command.state, 'bigmind-webhooks'));
  return join(command.state, 'bigmind-webhooks', folder, 'secret');
}

test('listen and send work in two terminals with no secret and no option, and agree again after a restart', async () => {
  const keys: unknown[] = [];
  for (const _start of [1, 2]) {
    const listening = await startListen(command, [], none);
    const env = { BIGMIND_WEBHOOK_URL: listening.receiver };
    const { code, stderr } = await command.run(['send', 'todo_created'], { ...none, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await until(() => listening.deliveries().length === 1);
    expect(listening.deliveries()).toMatchObject([{ outcome: 'processed', event: 'todo_created' }]);
    listening.child.kill('SIGINT');
    const ended = await listening.ended;
    keys.push(/^ {2}export BIGMIND_WEBHOOK_SECRET='(local_[\w-]{32})'$/m.exec(ended.stderr)?.[1]);
  }
  expect(keys[0]).toBe(readFileSync(secretFile(), 'utf8'));
  expect(keys[1]).toBe(keys[0]);
});

test('the secret is kept for its owner alone, and nothing is written into the folder itself', async () => {
  const before = readdirSync(command.folder);
  const receiver = await startReceiver();
  const { code, stderr } = await command.run(['send', 'todo_created', '--url', receiver.url], none);
  await receiver.stop();
  expect(code).toBe(1);
  expect(stderr).toContain('Signed with the secret of this folder, since BIGMIND_WEBHOOK_SECRET is not set.');
  expect(stderr).not.toContain(readFileSync(secretFile(), 'utf8'));
  expect(statSync(secretFile()).mode & 0o777).toBe(0o600);
  expect(statSync(join(secretFile(), '..')).mode & 0o777).toBe(0o700);
  expect(readdirSync(command.folder)).toEqual(before);
});

test('commands that start at once agree on one secret', async () => {
  const receiver = await startReceiver();
  const args = ['send', 'todo_created', '--url', receiver.url];
  await Promise.all(Array.from({ length: 6 }, () => command.run(args, none)));
  const [first, ...others] = receiver.received;
  await receiver.stop();
  // All were refused, since the receiver has another; each was signed by what is in the file now.
  expect([first?.status, others.length]).toEqual([401, 5]);
  expect(readdirSync(join(secretFile(), '..'))).toEqual(['secret']);
  const kept = readFileSync(secretFile(), 'utf8');
  const detected = await command.run(['detect', '-'], { secret: kept, stdin: receiver.saved() });
  expect(detected.stdout).toContain('signs 6 of 6 requests');
});

test('a secret in the environment or a file is used before that of the folder, and none is made', async () => {
  const receiver = await startReceiver();
  const { code } = await command.run(['send', 'todo_created', '--url', receiver.url]);
  await receiver.stop();
  expect([code, existsSync(command.state)]).toEqual([0, false]);
});

test('a secret that others may read, or a link in its place, is not used', async () => {
  const args = ['send', 'todo_created', '--url', 'http://127.0.0.1:9/'];
  await command.run(args, none);
  const path = secretFile();
  chmodSync(path, 0o644);
  const shared = await command.run(args, none);
  expect(shared).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('others may read it') });
  rmSync(path);
  writeFileSync(join(command.folder, 'elsewhere'), 'local_of_a_stranger', { mode: 0o600 });
  symlinkSync(join(command.folder, 'elsewhere'), path);
  const linked = await command.run(args, none);
  expect(linked).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('it is a link') });
});

test('where nothing can be kept, send says so, and listen takes a secret for this start', async () => {
  const env = { XDG_STATE_HOME: '/dev/null/nowhere' };
  const sent = await command.run(['send', 'todo_created'], { ...none, env });
  expect(sent).toMatchObject({ code: 1, stderr: expect.stringContaining('A secret for this folder cannot be kept') });
  const listening = await startListen(command, [], { ...none, env });
  listening.child.kill('SIGINT');
  const { code, stderr } = await listening.ended;
  expect(stderr).toMatch(/It is new at each start\.[\s\S]*export BIGMIND_WEBHOOK_SECRET='local_/);
  expect(code).toBe(0);
});
