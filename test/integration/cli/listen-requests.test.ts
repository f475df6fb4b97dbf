import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examplePayload, signDelivery } from '../../../src/testing';
import { type Command, secret } from './command';
import { ask, type ListeningProcess, makeListenCommand, startApp, startListen, until } from './listen-kit';

let command: Command;

beforeAll(async () => {
  command = await makeListenCommand();
});

afterAll(() => command?.remove());

const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });

/** Sends to a path of a receiver; the status of the answer, and its text. */
async function post({ receiver }: ListeningProcess, path: string, init: RequestInit = {}) {
  const reply = await fetch(new URL(path, receiver), { method: 'POST', headers, body, ...init });
  return [reply.status, await reply.text()] as const;
}

async function end({ child, ended }: ListeningProcess): Promise<void> {
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
}

test('forwards bytes and headers unchanged, and answers as the app does', async () => {
  const app = await startApp(418);
  const listening = await startListen(command, ['--forward', app.url]);
  const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });
  const reply = await fetch(listening.receiver, { method: 'POST', headers: { ...headers, 'x-other': 'kept' }, body });
  expect([reply.status, await reply.text()]).toEqual([418, 'from the app']);
  expect(app.came[0]?.body.toString()).toBe(body);
  expect(app.came[0]?.url).toBe('/hooks');
  expect(app.came[0]?.headers).toMatchObject({ ...headers, 'x-other': 'kept', host: `127.0.0.1:${app.port}` });
  await until(() => listening.deliveries().length === 1);
  expect(listening.deliveries()[0]).toMatchObject({ outcome: 'app-failed', status: 418, app: { status: 418 } });
  app.close();
  expect((await fetch(listening.receiver, { method: 'POST', headers, body })).status).toBe(502);
  await until(() => listening.deliveries().length === 2);
  expect(listening.deliveries()[1]).toMatchObject({
    status: 502,
    app: { error: expect.stringContaining('is the app running') },
  });
  const sent = await command.run(['send', 'todo_created', '--url', listening.receiver]);
  expect(sent.stdout).toMatch(/^502 .*The app gave no answer; listen says why\n$/);
  await end(listening);
});

test('send shows why a mistyped address is refused', async () => {
  const listening = await startListen(command);
  const { code, stdout } = await command.run(['send', 'todo_created', '--url', new URL('/', listening.receiver).href]);
  expect(stdout).toMatch(/^404 .*Deliveries are received at \/webhooks\/bigmind\n$/);
  expect(code).toBe(1);
  await end(listening);
});

test('what is no delivery is shown, with what it was and why', async () => {
  const listening = await startListen(command);
  expect(await post(listening, '/webhook/bigmind?x=1')).toEqual([
    404,
    '{"title":"Deliveries are received at /webhooks/bigmind","status":404}',
  ]);
  expect(await ask(new URL('/', listening.receiver).href, { accept: 'text/html' })).toMatchObject({ status: 404 });
  expect(await ask(listening.receiver)).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  expect((await post(listening, '/webhooks/bigmind/acme', { body: '{}' }))[0]).toBe(404);
  expect((await post(listening, '/webhooks/bigmind/?x=1'))[0]).toBe(200);
  await until(() => listening.deliveries().length === 5);
  expect(listening.deliveries()).toMatchObject([
    {
      what: 'POST /webhook/bigmind',
      outcome: 'wrong-path',
      status: 404,
      reason: expect.stringMatching(
        /^This is a genuine delivery, sent to \/webhook\/bigmind\. Give its sender .* \/webhooks\/bigmind /,
      ),
    },
    { what: 'GET /', outcome: 'wrong-path', reason: expect.stringContaining('A browser opened the receiver') },
    {
      what: 'GET /webhooks/bigmind',
      outcome: 'method-not-allowed',
      status: 405,
      reason: expect.stringContaining('GET is no delivery'),
    },
    { what: 'POST /webhooks/bigmind/acme', reason: expect.stringContaining('Deliveries are received by POST at') },
    { outcome: 'processed', status: 200 },
  ]);
  expect(listening.deliveries()[4]).not.toHaveProperty('what');
  await end(listening);
});

test('--path moves the address, and --events leaves out others, which are answered as ever', async () => {
  const listening = await startListen(command, ['--path', '/hooks', '--events', 'todo_created,email_sent']);
  expect(new URL(listening.receiver).pathname).toBe('/hooks');
  expect((await post(listening, '/hooks'))[0]).toBe(200);
  const todo = signDelivery({ payload: examplePayload('todo_created'), secret });
  expect((await post(listening, '/hooks', todo))[0]).toBe(200);
  await until(() => listening.deliveries().length > 0);
  expect(listening.deliveries()).toMatchObject([{ id: 1, event: 'todo_created', outcome: 'processed' }]);
  await end(listening);
});

test('--answer 500 refuses correct deliveries alone, as a receiver whose handler fails', async () => {
  const listening = await startListen(command, ['--answer', '500']);
  const [status, text] = await post(listening, '/webhooks/bigmind');
  expect([status, JSON.parse(text)]).toMatchObject([500, { code: 'FAILED' }]);
  expect((await post(listening, '/webhooks/bigmind', { body: '{}' }))[0]).toBe(401);
  await until(() => listening.deliveries().length === 2);
  expect(listening.deliveries()).toMatchObject([
    { outcome: 'failed', status: 500, reason: 'Answered 500, as --answer says.' },
    { outcome: 'unauthenticated', status: 401 },
  ]);
  await end(listening);
});

test('--answer timeout answers nothing, and Ctrl-C ends it all the same', async () => {
  const listening = await startListen(command, ['--answer', 'timeout']);
  const silent = post(listening, '/webhooks/bigmind').catch(() => 'no answer');
  await until(() => listening.deliveries().length === 1);
  expect(listening.deliveries()).toMatchObject([{ outcome: 'timeout', reason: expect.stringContaining('Held') }]);
  await end(listening);
  expect(await silent).toBe('no answer');
});

test('forwards method, path and query, and shows what the app made of it', async () => {
  const app = await startApp(200, '{"status":"duplicate"}');
  const listening = await startListen(command, ['--forward', `http://127.0.0.1:${app.port}`]);
  await post(listening, '/webhooks/bigmind/acme?x=1');
  await post(listening, '/other', { method: 'PUT' });
  await end(listening);
  const below = await startListen(command, ['--forward', `${app.url}?key=1`]);
  await post(below, '/webhooks/bigmind/acme?x=1');
  await post(below, '/webhooks/bigmind/%2e%2e/%2e%2e/admin');
  expect(app.came.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /webhooks/bigmind/acme?x=1',
    'PUT /other',
    'POST /hooks/acme?key=1&x=1',
  ]);
  await until(() => below.deliveries().length === 2);
  expect(listening.deliveries()).toMatchObject([
    { what: 'POST /webhooks/bigmind/acme', outcome: 'duplicate', status: 200, app: { outcome: 'duplicate' } },
    { what: 'PUT /other', outcome: 'duplicate', status: 200 },
  ]);
  expect(below.deliveries()).toMatchObject([{ outcome: 'duplicate' }, { outcome: 'wrong-path', status: 404 }]);
  await end(below);
  app.close();
});

test('a token in the query reaches the app, and is neither printed, shown nor saved', async () => {
  const app = await startApp(200);
  const file = join(command.folder, 'queries.ndjson');
  const listening = await startListen(command, ['--forward', `${app.url}?api_key=t0p-secret`, '--save', file]);
  await post(listening, '/webhooks/bigmind?token=t0p-secret&x=1');
  const api = (path: string): string => new URL(path, listening.inspector).href;
  const replay = { method: 'POST', body: JSON.stringify({ url: `${app.url}?token=t0p-secret` }) };
  const replayed = await ask(api('api/deliveries/1/replay'), { 'content-type': 'application/json' }, replay);
  const shown = await ask(api('api/deliveries/1'));
  const saved = await ask(api('api/deliveries/1/saved'));
  await until(() => listening.deliveries().length === 1);
  expect(app.came.map(({ url }) => url)).toEqual([
    '/hooks?api_key=t0p-secret&token=t0p-secret&x=1',
    '/hooks?token=t0p-secret',
  ]);
  expect(JSON.parse(shown.text)).toMatchObject({
    url: '/webhooks/bigmind?token=…&x=1',
    app: { url: `${app.url}?api_key=…&token=…&x=1` },
    replays: [{ url: `${app.url}?token=…` }],
  });
  await end(listening);
  const lines = [readFileSync(file, 'utf8'), saved.text];
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ url: '/webhooks/bigmind?token=…&x=1' });
  const printed = JSON.stringify(listening.deliveries());
  for (const text of [...lines, printed, shown.text, replayed.text]) expect(text).not.toContain('t0p-secret');
  app.close();
});

test('a forward beside an answer of its own, and an event that there is not, are wrong use', async () => {
  for (const args of [
    ['--answer', '500', '--forward', 'http://127.0.0.1:9'],
    ['--events', 'todo_craeted'],
    ['--path', 'hooks'],
  ]) {
    const { code, stdout } = await command.run(['listen', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  }
});
