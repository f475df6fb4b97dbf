import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { examplePayload } from '../../../src/testing';
import { type Command, jsonLines, makeCommand } from './command';
import { type Receiver, startReceiver } from './receiver';

let command: Command;
let receiver: Receiver;

beforeAll(async () => {
  command = await makeCommand();
});

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(() => receiver.stop());
afterAll(() => command.remove());

const send = (...args: string[]) => command.run(['send', ...args, '--url', receiver.url]);

test('sends the fields that are set, and checks them against the schema unless it is forced', async () => {
  const { code } = await send(
    'todo_created',
    '--set',
    'data.description=Call Jane',
    '--set',
    'data.ai_generated=false',
  );
  const { data } = JSON.parse(receiver.received[0]?.body.toString() ?? '') as { data: object };
  expect(data).toEqual({ ...examplePayload('todo_created').data, description: 'Call Jane', ai_generated: false });
  expect(code).toBe(0);

  const refused = await send('todo_created', '--set', 'data.type=fax');
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('/data/type') });
  expect(receiver.received).toHaveLength(1);
  const forced = await send('todo_created', '--set', 'data.type=fax', '--force');
  expect(forced.stdout).toMatch(/^422 {2}invalid .*\/data\/type/);
});

test('sends another example by its name, and prints a request that detect and replay read', async () => {
  for (const form of [[], ['--json']]) {
    const printed = await command.run(['send', 'notes_created', '--example', 'warnings', '--print', ...form]);
    expect({ code: printed.code, stderr: printed.stderr }).toEqual({ code: 0, stderr: '' });
    const detected = await command.run(['detect', '-'], { stdin: printed.stdout });
    expect(detected.stdout).toMatch(/^signature: hmac\(/);
    const sent = await command.run(['replay', '-', '--url', receiver.url], { stdin: printed.stdout });
    expect(sent.stdout).toMatch(/^200 {2}processed {8}notes_created/);
  }
  expect(receiver.received.map(({ body }) => JSON.parse(body.toString()) as unknown)).toMatchObject([
    { data: { note_type: 'warnings' } },
    { data: { note_type: 'warnings' } },
  ]);
  // The only event that has an example of that name.
  const inferred = await command.run(['send', '--example', 'warnings', '--print', '--json']);
  expect(jsonLines(inferred.stdout)).toMatchObject([{ version: 1, method: 'POST', url: '/webhooks/bigmind' }]);
});

test('an example that is not there is wrong use, and those that are there are named', async () => {
  const missing = await send('notes_created', '--example', 'fax');
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('note, warnings') });
  const unnamed = await send('--example', 'fax');
  expect(unnamed).toMatchObject({ code: 2, stderr: expect.stringContaining('notes_created --example warnings') });
  expect(receiver.received).toStrictEqual([]);
});

test('changes method, path and headers, to try what goes wrong', async () => {
  const headers = ['-H', 'X-Extra: 1', '-H', 'content-type: text/plain', '-H', 'X-Bigmind-Signature:'];
  const { code, stdout } = await send('todo_created', '--method', 'PUT', '--path', '/other?x=1', ...headers);
  const [received] = receiver.received;
  expect(received).toMatchObject({ method: 'PUT', path: '/other?x=1' });
  expect(received?.headers).toMatchObject({ 'x-extra': '1', 'content-type': 'text/plain' });
  expect(received?.headers).not.toHaveProperty('x-bigmind-signature');
  expect(stdout).toMatch(/^401 {2}unauthenticated {2}/);
  expect(code).toBe(1);
});

test.each([
  ['a header without a colon', ['-H', 'the secret text']],
  ['a header that is two', ['-H', 'x-a: 1\r\nx-b: the secret text']],
  ['a path without a slash', ['--path', 'webhooks']],
  ['a method that is none', ['--method', 'CONNECT']],
  ['--all beside --data', ['--all', '--data', 'x.json']],
])('%s is wrong use', async (_title, args) => {
  const { code, stdout, stderr } = await send(...(args.includes('--all') ? [] : ['todo_created']), ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toContain('the secret text');
});

test('a self-signed address is refused, saying what to do, and sent to with --insecure', async () => {
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(command.folder, name)) as [
    string,
    string,
  ];
  const subject = ['-subj', '/CN=localhost', '-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject], {
    stdio: 'ignore',
  });
  let came = 0;
  const server: Server = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (request, response) => {
      came += 1;
      request.resume().on('end', () => response.end('{"status":"processed"}'));
    },
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/bigmind`;
  const refused = await command.run(['send', 'todo_created', '--url', url]);
  expect(refused.stdout).toMatch(/^--- {2}no answer .*--insecure sends anyway\n$/);
  expect([refused.code, came]).toEqual([1, 0]);
  const sent = await command.run(['send', 'todo_created', '--insecure', '--url', url]);
  server.close();
  server.closeAllConnections();
  expect([sent.code, came]).toEqual([0, 1]);
});
