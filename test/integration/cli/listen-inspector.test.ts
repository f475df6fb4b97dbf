import { connect } from 'node:net';
import { examplePayload, signDelivery } from '../../../src/testing';
import { type Command, secret } from './command';
import { ask, type ListeningProcess, makeListenCommand, startListen, until } from './listen-kit';

let command: Command;
let listening: ListeningProcess;
let page: URL;

beforeAll(async () => {
  command = await makeListenCommand();
  listening = await startListen(command);
  page = new URL(listening.inspector);
  for (const event of ['todo_created', 'notes_created', 'email_sent'] as const) await post(examplePayload(event));
});

afterAll(() => command?.remove());

function post(payload: unknown): Promise<Response> {
  const { headers, body } = signDelivery({ payload, secret });
  return fetch(listening.receiver, { method: 'POST', headers, body });
}

const below = (path: string) => new URL(path, page).href;
const json = { 'content-type': 'application/json' };

test('the page and what it needs come with a strict policy, unguessed and unkept', async () => {
  for (const path of [
    '',
    'page.js',
    'page.css',
    'api/state',
    'api/deliveries/1',
    'api/deliveries/1/body',
    'nothing',
    '/',
  ]) {
    const { headers } = await ask(below(path));
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'$/,
      ),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('set-cookie');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  }
  const { text, status } = await ask(page.href);
  expect(status).toBe(200);
  // Neither of which the policy would let through.
  expect(text).not.toMatch(/<script>|style=|https?:\/\/(?!www\.w3\.org)/);
});

test('a body comes as a file and byte for byte, whatever it is: it is nothing to look at', async () => {
  const { text, headers } = await ask(below('api/deliveries/1/body'));
  expect(JSON.parse(text)).toMatchObject({ event: 'todo_created' });
  expect(headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    'content-length': String(Buffer.byteLength(text)),
  });
});

test('without the token there is nothing, not even the files of the page', async () => {
  const token = page.pathname.slice(1, -1);
  expect(token).toMatch(/^[\w-]{32}$/);
  const wrong = ['', 'page.js', 'api/state', `${token.slice(1)}/`, `${token}x/`, `x${token}/api/state`];
  for (const path of wrong) {
    const { status, text } = await ask(`${page.origin}/${path}`);
    expect([path, status]).toEqual([path, 403]);
    expect(text).not.toContain(token);
  }
  expect((await ask(`${page.origin}/?token=${token}`)).status).toBe(403);
});

test('each start has a token of its own', async () => {
  const other = await startListen(command);
  expect(new URL(other.inspector).pathname).not.toBe(page.pathname);
  other.child.kill('SIGINT');
  await other.ended;
});

test.each([
  ['127.0.0.1', 200],
  ['localhost', 200],
  ['LOCALHOST', 200],
  ['[::1]', 200],
  ['evil.example', 403],
  ['127.0.0.1.evil.example', 403],
  ['localhost.evil.example', 403],
  ['127.0.0.2', 403],
  ['0.0.0.0', 403],
])('Host %s: %i', async (name, status) => {
  expect((await ask(below('api/state'), { host: `${name}:${page.port}` })).status).toBe(status);
});

test.each([
  ['without its port', '127.0.0.1'],
  ['with the port of the receiver', () => new URL(listening.receiver).host],
])('a Host %s is refused', async (_what, host) => {
  expect((await ask(below('api/state'), { host: typeof host === 'string' ? host : host() })).status).toBe(403);
});

test('two Host headers, an empty one, or none, are refused', async () => {
  const path = `${page.pathname}api/state`;
  for (const head of [`Host: ${page.host}\r\nHost: evil.example\r\n`, 'Host:\r\n', '']) {
    const answer = await raw(`GET ${path} HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(answer).not.toContain('deliveries');
  }
});

function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(page.port), '127.0.0.1', () => socket.write(request));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

test.each([
  ['x-forwarded-host', 'public.example'],
  ['x-forwarded-for', '203.0.113.9'],
  ['x-forwarded-proto', 'https'],
  ['x-forwarded-anything', '1'],
  ['forwarded', 'for=203.0.113.9'],
  ['via', '1.1 tunnel'],
  ['x-real-ip', '203.0.113.9'],
  ['x-original-host', 'public.example'],
  ['cf-connecting-ip', '203.0.113.9'],
])('through a tunnel or proxy, which says %s, nothing is shown', async (name, value) => {
  for (const path of ['', 'page.js', 'api/state', 'api/events']) {
    expect((await ask(below(path), { [name]: value })).status).toBe(403);
  }
});

test.each([
  ['its own page', () => page.origin, 200],
  ['another site', () => 'https://evil.example', 403],
  ['another port of this machine', () => new URL(listening.receiver).origin, 403],
  ['its own host by https', () => `https://${page.host}`, 403],
  ['a sandboxed frame', () => 'null', 403],
])('with the Origin of %s', async (_what, origin, status) => {
  expect((await ask(below('api/state'), { origin: origin() })).status).toBe(status);
});

test('a page elsewhere can neither load nor frame parts of it, but a link may lead to it', async () => {
  const crossSite = { 'sec-fetch-site': 'cross-site' };
  expect((await ask(below('page.js'), { ...crossSite, 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
  expect((await ask(page.href, { ...crossSite, 'sec-fetch-mode': 'navigate' })).status).toBe(200);
});

test('only GET and POST are answered, and POST for a replay in JSON alone', async () => {
  for (const method of ['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    expect((await ask(below('api/state'), {}, { method })).status).toBe(405);
  }
  const replay = (headers: Record<string, string>, body: string) =>
    ask(below('api/deliveries/1/replay'), headers, { method: 'POST', body });
  expect((await ask(below('api/state'), json, { method: 'POST', body: '{}' })).status).toBe(404);
  const own = JSON.stringify({ url: listening.receiver });
  expect((await replay({ 'content-type': 'text/plain' }, own)).status).toBe(415);
  expect((await replay({ 'content-type': 'application/x-www-form-urlencoded' }, own)).status).toBe(415);
  for (const url of ['file:///etc/passwd', 'ftp://127.0.0.1/', 'javascript:1', '', 'http://u:p@127.0.0.1/', null]) {
    expect((await replay(json, JSON.stringify({ url }))).status).toBe(400);
  }
  expect((await replay(json, 'no json')).status).toBe(400);
  expect((await replay(json, `{"url":"http://127.0.0.1/","x":"${'x'.repeat(1024 * 1024)}"}`)).status).toBe(400);
});

test('a delivery that is not there is said, and nothing outside of the page is read', async () => {
  for (const path of ['api/deliveries/999', 'api/deliveries/0', 'api/deliveries/1/other', 'api/deliveries/-1']) {
    expect((await ask(below(path))).status).toBe(404);
  }
  for (const path of [
    '../../../package.json',
    '..%2f..%2fpackage.json',
    'index.html/../../main.js',
    '__proto__',
    'constructor',
  ]) {
    expect(
      (await raw(`GET ${page.pathname}${path} HTTP/1.1\r\nHost: ${page.host}\r\nConnection: close\r\n\r\n`)).slice(
        0,
        12,
      ),
    ).toBe('HTTP/1.1 404');
  }
});

test('replays what came, byte for byte, and the replay is another attempt', async () => {
  const body = JSON.stringify({ url: listening.receiver });
  const { status, text } = await ask(below('api/deliveries/2/replay'), json, { method: 'POST', body });
  expect([status, JSON.parse(text)]).toMatchObject([200, { status: 200, url: listening.receiver }]);
  const detail = JSON.parse((await ask(below('api/deliveries/2'))).text) as { attempts: unknown[]; replays: unknown[] };
  expect(detail.attempts).toMatchObject([
    { id: 2, attempt: 1 },
    { attempt: 2, outcome: 'processed' },
  ]);
  expect(detail.replays).toHaveLength(1);
});

interface Kept {
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
  readonly outcome: string;
  readonly replays: readonly object[];
}

const detailOf = async (id: number) => JSON.parse((await ask(below(`api/deliveries/${id}`))).text) as Kept;
const latestOf = async () =>
  (JSON.parse((await ask(below('api/state'))).text) as { deliveries: { id: number }[] }).deliveries.at(-1)?.id ?? 0;
const replayWith = (asked: object) =>
  ask(below('api/deliveries/2/replay'), json, { method: 'POST', body: JSON.stringify(asked) });

test('sends edited bytes with the old signature or a new one, as it is told', async () => {
  const text = JSON.stringify({ ...examplePayload('notes_created'), timestamp: '2026-01-02T03:04:05Z' });
  const unsigned = await replayWith({ url: listening.receiver, text });
  expect(JSON.parse(unsigned.text)).toMatchObject({ status: 401, edited: true });
  expect(JSON.parse(unsigned.text)).not.toHaveProperty('signedAgain');
  const signed = await replayWith({ url: listening.receiver, text, sign: true });
  expect(JSON.parse(signed.text)).toMatchObject({ status: 200, edited: true, signedAgain: true });
  expect(signed.text).not.toContain(secret);
  expect(await detailOf(await latestOf())).toMatchObject({ text, outcome: 'processed' });
  expect((await detailOf(2)).replays.slice(-2)).toMatchObject([{ edited: true }, { signedAgain: true }]);
});

test('signs the same bytes again, and refuses a text that is none', async () => {
  const answer = JSON.parse((await replayWith({ url: listening.receiver, sign: true })).text) as object;
  expect(answer).toMatchObject({ status: 200, signedAgain: true });
  expect(answer).not.toHaveProperty('edited');
  expect(answer).not.toHaveProperty('schemeIsGuessed');
  const before = await latestOf();
  expect((await replayWith({ url: listening.receiver, text: 1 })).status).toBe(400);
  expect((await replayWith({ url: 'file:///etc/passwd', text: '{}', sign: true })).status).toBe(400);
  expect(await latestOf()).toBe(before);
});

test('tells of a delivery that its secret did not sign that the scheme of a new signature is a guess', async () => {
  const { headers, body } = signDelivery({ payload: examplePayload('email_sent'), secret: 'of another destination' });
  await fetch(listening.receiver, { method: 'POST', headers, body });
  const asked = { method: 'POST', body: JSON.stringify({ url: listening.receiver, sign: true }) };
  const { text } = await ask(below(`api/deliveries/${await latestOf()}/replay`), json, asked);
  expect(JSON.parse(text)).toMatchObject({ status: 200, signedAgain: true, schemeIsGuessed: true });
});

test('checks an edited payload, in JSON from its own page alone', async () => {
  const check = (headers: Record<string, string>, body: string) =>
    ask(below('api/check'), headers, { method: 'POST', body });
  const text = JSON.stringify({ text: '{"event":"todo_created"}' });
  const checked = JSON.parse((await check(json, text)).text) as { errors: object[] };
  expect(checked.errors).toContainEqual(expect.objectContaining({ pointer: '/data', line: 1, column: 1 }));
  expect((await check({ 'content-type': 'text/plain' }, text)).status).toBe(415);
  expect((await check(json, '{"text":1}')).status).toBe(400);
  expect((await check({ ...json, origin: 'https://evil.example' }, text)).status).toBe(403);
  expect((await ask(below('api/check'))).status).toBe(404);
});

test('headers that sign or authorise are shown shortened, and the secret never', async () => {
  const { text } = await ask(below('api/deliveries/1'));
  const { headers } = JSON.parse(text) as { headers: [string, string][] };
  expect(headers.find(([name]) => name === 'x-bigmind-signature')?.[1]).toMatch(/^[0-9a-f]{16}… \(64 characters\)$/);
  expect(text).not.toContain(secret);
});

test('streams what comes, and after a lost connection what was missed', async () => {
  const known =
    (JSON.parse((await ask(below('api/state'))).text) as { deliveries: { id: number }[] }).deliveries.at(-1)?.id ?? 0;
  const aborted = new AbortController();
  const stream = await fetch(below(`api/events?after=${known}`), {
    headers: { 'last-event-id': '1' },
    signal: aborted.signal,
  });
  expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  let text = '';
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of stream.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  })().catch(() => undefined);
  // The browser says what it saw last: that counts, not what the page said when it began.
  await until(() => text.includes(`id: ${known}\n`));
  expect(text).toContain('id: 2\n');
  expect(text).not.toContain('id: 1\n');
  await post(examplePayload('signal_action'));
  await until(() => text.includes('"event":"signal_action"'));
  aborted.abort();
  await reading;
});

test('a page beyond those that may be open is told to ask again, and follows when a place is free', async () => {
  const open: AbortController[] = [];
  /** What comes at first, and whether the stream goes on. */
  async function follow() {
    const controller = new AbortController();
    const { status, headers, body } = await fetch(below('api/events?after=0'), { signal: controller.signal });
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const text = new TextDecoder().decode((await reader.read()).value);
    if (text.includes('event: run')) open.push(controller);
    else expect(await reader.read()).toMatchObject({ done: true });
    return { status, type: headers.get('content-type'), text };
  }
  const type = 'text/event-stream; charset=utf-8';
  let last = await follow();
  while (last.text.includes('event: run') && open.length < 100) last = await follow();
  // A browser never asks again after another status.
  expect(last).toEqual({ status: 200, type, text: 'retry: 5000\n\n' });
  open.pop()?.abort();
  const placed = open.length;
  for (let tries = 0; tries < 500 && open.length === placed; tries += 1) await follow();
  expect(open.length).toBe(placed + 1);
  for (const controller of open) controller.abort();
});

test('the receiver shows nothing of the inspector', async () => {
  const { origin } = new URL(listening.receiver);
  for (const path of ['/', page.pathname, `${page.pathname}api/state`]) {
    const { status, text } = await ask(origin + path);
    expect([status, text]).toEqual([404, '{"title":"Deliveries are received at /webhooks/bigmind","status":404}']);
  }
});

test('Ctrl-C ends it while a page is open', async () => {
  const stream = await fetch(below('api/events'));
  const reading = stream.text().catch(() => undefined);
  listening.child.kill('SIGINT');
  expect((await listening.ended).code).toBe(0);
  await reading;
});
