import { appendFileSync, linkSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { examplePayload, signDelivery } from '../../../src/testing';
import { freePort } from '../kit/free-port';
import { type Command, jsonLines, secret } from './command';
import { ask, type ListeningProcess, makeListenCommand, startListen, until } from './listen-kit';

let command: Command;

beforeAll(async () => {
  command = await makeListenCommand();
});

afterAll(() => command?.remove());

/** Sends a delivery; signed with the secret of the command unless another is given. */
function post({ receiver }: ListeningProcess, payload: unknown, given = secret): Promise<Response> {
  const { headers, body } = signDelivery({ payload, secret: given });
  return fetch(receiver, { method: 'POST', headers, body });
}

/** Ctrl-C, and what was printed in the end. */
async function end(listening: ListeningProcess) {
  listening.child.kill('SIGINT');
  const ended = await listening.ended;
  return { ...ended, summary: jsonLines(ended.stdout).at(-1) };
}

test('receives, verifies, validates, prints each delivery, and ends with a summary and 0', async () => {
  const listening = await startListen(command);
  const statuses = [
    (await post(listening, examplePayload('todo_created'))).status,
    (await post(listening, examplePayload('todo_created'), 'another secret')).status,
    (await post(listening, examplePayload('todo_created', { data: { type: 'fax' as 'email' } }))).status,
    (await post(listening, '{"event":')).status,
    (await post(listening, { event: 'deal_won' })).status,
  ];
  expect(statuses).toEqual([200, 401, 422, 400, 200]);
  await until(() => listening.deliveries().length === 5);
  expect(listening.deliveries()).toMatchObject([
    {
      id: 1,
      event: 'todo_created',
      outcome: 'processed',
      status: 200,
      attempt: 1,
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
    {
      id: 2,
      event: 'todo_created',
      outcome: 'unauthenticated',
      attempt: 2,
      signature: { causes: [expect.any(String), expect.anything(), expect.anything()] },
    },
    { id: 3, outcome: 'invalid', reason: expect.stringContaining('/data/type') },
    { id: 4, outcome: 'malformed' },
    { id: 5, outcome: 'ignored', event: 'deal_won' },
  ]);
  expect(listening.deliveries()[0]?.['signature']).toMatchObject({
    pin: expect.stringContaining('x-bigmind-signature'),
  });
  const { code, summary, stdout, stderr } = await end(listening);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(summary).toMatchObject({ type: 'summary', deliveries: 5, outcomes: { processed: 1, invalid: 1 } });
  expect(stdout).not.toContain(secret);
});

test('for people: the addresses, a line a delivery in plain text, and what it may be', async () => {
  const running = command.start(['listen', '--port', '0']);
  await until(() => running.written().includes('Inspector'));
  const receiver = /Receiver\s+(\S+)/.exec(running.written())?.[1] ?? '';
  const { headers, body } = signDelivery({ payload: { event: 'evil\u001b[31m\u202e' }, secret });
  await fetch(receiver, { method: 'POST', headers, body });
  await until(() => running.written().includes('evil'));
  running.child.kill('SIGTERM');
  const { code, stdout } = await running.ended;
  expect(stdout).toContain('evil\\u001b[31m\\u202e');
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toMatch(/1 delivery received: 1 ignored\.\n$/);
  expect(code).toBe(0);
});

test('with --no-verify it checks no signature, and says so', async () => {
  const listening = await startListen(command, ['--no-verify']);
  expect((await post(listening, examplePayload('todo_created'), 'whatever')).status).toBe(200);
  const { stderr, code } = await end(listening);
  expect(stderr).toContain('Signatures are not checked');
  expect(code).toBe(0);
});

test('saves every delivery so that it can be replayed, in a file for its owner alone', async () => {
  const file = join(command.folder, 'saved.ndjson');
  const listening = await startListen(command, ['--save', file]);
  await post(listening, examplePayload('email_sent'));
  await post(listening, '{"event":', 'another secret');
  await end(listening);
  const lines = jsonLines(readFileSync(file, 'utf8'));
  expect(lines).toHaveLength(2);
  expect(JSON.parse(Buffer.from(lines[0]?.['body'] as string, 'base64').toString())).toEqual(
    examplePayload('email_sent'),
  );
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(await command.run(['detect', file])).toMatchObject({ stdout: expect.stringContaining('x-bigmind-signature') });
});

test('saves into no file that others may read, and follows no link', async () => {
  const shared = command.file('shared.ndjson', 'kept\n');
  const own = join(command.folder, 'own.ndjson');
  writeFileSync(own, 'kept\n', { mode: 0o600 });
  symlinkSync(own, join(command.folder, 'link.ndjson'));
  const refused = async (file: string) => await command.run(['listen', '--port', '0', '--save', file]);
  expect(await refused(shared)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('others may read it'),
  });
  expect(await refused('link.ndjson')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('it is a link'),
  });
  linkSync(own, join(command.folder, 'hard.ndjson'));
  expect(await refused('hard.ndjson')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('a second name'),
  });
  expect(await refused('/dev/null')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('it is no file'),
  });
  expect(readFileSync(shared, 'utf8') + readFileSync(own, 'utf8')).toBe('kept\nkept\n');
});

test('after a restart the same deliveries are at the same address, under the same numbers', async () => {
  const file = join(command.folder, 'restarted.ndjson');
  const [port, inspectorPort] = [String(await freePort()), String(await freePort())];
  const start = (...more: string[]) => startListen(command, ['--port', port, '--save', file, ...more]);
  // Any other may be somebody else's by the time of the restart.
  const first = await start('--inspector-port', inspectorPort);
  await post(first, examplePayload('email_sent'));
  await post(first, examplePayload('todo_created'), 'another secret');
  await end(first);
  // A process that was killed has left half a line.
  appendFileSync(file, '{"version":1,');
  const again = await start();
  expect([again.receiver, again.inspector]).toEqual([first.receiver, first.inspector]);
  await post(again, examplePayload('notes_created'));
  await until(() => again.deliveries().length === 1);
  const state = JSON.parse((await ask(`${again.inspector}api/state`)).text) as { run: string; deliveries: object[] };
  expect(state.deliveries).toMatchObject([
    { id: 1, event: 'email_sent', outcome: 'processed', status: 200 },
    { id: 2, event: 'todo_created', outcome: 'unauthenticated', status: 401 },
    { id: 3, event: 'notes_created', outcome: 'processed', status: 200 },
  ]);
  const { stderr, summary } = await end(again);
  expect(stderr).toBe('1 saved lines cannot be read, and are not shown.\n');
  // What was reloaded did not come again, and is not saved again.
  expect(summary).toMatchObject({ deliveries: 1 });
  expect(readFileSync(file, 'utf8').match(/^\{"version":1,"receivedAt"/gm)).toHaveLength(3);
});

test('a body that is too large is refused, and recorded without it', async () => {
  const listening = await startListen(command);
  const reply = await fetch(listening.receiver, { method: 'POST', body: Buffer.alloc(5 * 1024 * 1024 + 1) });
  expect(reply.status).toBe(413);
  await until(() => listening.deliveries().length === 1);
  expect(listening.deliveries()[0]).toMatchObject({ outcome: 'too-large', bytes: 0 });
  await end(listening);
});

test('a port that is taken is said, with what to do, and ends with 1', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver = await command.run(['listen', '--port', String(port)]);
  const inspector = await command.run(['listen', '--port', '0', '--inspector-port', String(port)]);
  server.close();
  expect(receiver).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`Port ${port} is in use`) });
  expect(inspector).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--inspector-port') });
});

test.each([
  ['a port that is none', ['--port', '70000']],
  ['an address that is none', ['--forward', 'localhost:3000']],
  ['an address that leads back to it', ['--port', '3999', '--forward', 'http://localhost:3999/webhooks/bigmind']],
  ['a file of a secret that is not there', ['--secret-file', 'nowhere']],
  ['an option that is none', ['--sekret']],
])('refuses %s with 2', async (_what, args) => {
  const { code, stdout, stderr } = await command.run(['listen', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('a file that cannot be written ends with 1', async () => {
  const { code, stderr } = await command.run(['listen', '--port', '0', '--save', 'no/such/folder.ndjson']);
  expect(code).toBe(1);
  expect(stderr).toContain('cannot be opened: there is no such folder');
});

test('--help has examples', async () => {
  const { code, stdout } = await command.run(['listen', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('--forward http://127.0.0.1:3000/webhooks/bigmind');
});
