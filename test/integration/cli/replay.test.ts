import { toSavedLine } from '../../../src/cli/captured/parse-captured';
import { eventNames, timestampedHmac } from '../../../src/index';
import { examplePayload } from '../../../src/testing';
import { type Command, jsonLines, makeCommand } from './command';
import { type Receiver, startReceiver } from './receiver';

/** How many deliveries `send --all` sends. */
const all = eventNames.length;

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

/** All events, captured under a scheme. */
async function capture(...scheme: string[]): Promise<string> {
  const from = await startReceiver();
  await command.run(['send', '--all', ...scheme, '--url', from.url]);
  await from.stop();
  return from.saved();
}

test('sends what was saved in its order, bytes and headers as they were', async () => {
  const lines = await capture('--scheme', 'stripe');
  const file = command.file('saved.ndjson', lines);
  const first = await command.run(['replay', file, '--url', receiver.url]);
  expect(first.stdout).toMatch(
    new RegExp(`^${all} sent in .*\\nstatuses  ${all} × 200\\noutcomes  ${all} × processed`, 'm'),
  );
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
  const sent = jsonLines(lines).map(({ headers, body }) => ({ ...(headers as object), body }));
  const came = receiver.received.map(({ headers, body }) => ({ ...headers, body: body.toString('base64') }));
  const { host: _, ...usual } = came[0] ?? { host: '' };
  expect(usual).toEqual({ ...sent[0], host: undefined });
  expect(came.map(({ body }) => body)).toEqual(sent.map(({ body }) => body));

  const again = await command.run(['replay', file, '--url', receiver.url, '--json', '--rate', '1000']);
  expect(jsonLines(again.stdout).at(-1)).toMatchObject({ total: all, accepted: all, outcomes: { duplicate: all } });
});

test('drops the headers of the connection', async () => {
  const file = command.file(
    'request.http',
    'POST /old HTTP/1.1\nHost: example.org\nConnection: keep-alive, X-Hop\nX-Hop: 1\nTransfer-Encoding: chunked\nTE: trailers\nX-Kept: 1\n\n{}',
  );
  const { stdout, stderr, code } = await command.run(['replay', file, '--url', receiver.url]);
  expect(stdout).toMatch(/^401 {2}unauthenticated {2}\(no event\)/);
  expect(stderr).toContain('A delivery without a signature (a journal keeps none), or');
  const { headers } = receiver.received[0] ?? { headers: {} };
  expect(headers).toMatchObject({ 'x-kept': '1', 'content-length': '2', host: new URL(receiver.url).host });
  expect(headers).not.toHaveProperty('x-hop');
  expect(headers).not.toHaveProperty('te');
  expect(headers).not.toHaveProperty('transfer-encoding');
  expect(code).toBe(1);
});

const hourAgo = Date.now() - 3_600_000;

test.each(['stripe', 'slack', 'two-header', 'standard-webhooks'])(
  'a %s delivery that has grown stale is refused, says so, and is taken when it is signed anew',
  async (scheme) => {
    const inThePast = await startReceiver({ clock: { now: () => hourAgo } });
    const file = command.file('stale.ndjson', await capture('--scheme', scheme));
    const stale = await command.run(['replay', file, '--url', inThePast.url]);
    expect(stale.stdout).toContain(`statuses  ${all} × 401`);
    expect(stale.stderr).toContain('--sign signs anew');
    expect(stale.code).toBe(1);
    await inThePast.stop();

    const anew = await command.run(['replay', file, '--sign', '--url', receiver.url, '--json']);
    expect(jsonLines(anew.stdout).at(-1)).toMatchObject({ accepted: all, outcomes: { processed: all } });
    const names = receiver.received.map(({ headers }) =>
      Object.keys(headers).filter((name) => name.includes('signature')),
    );
    for (const signatures of names) expect(signatures).toHaveLength(1);
    expect(anew.code).toBe(0);
  },
);

test('says once that the secret did not sign the deliveries, and that they are signed as hmac', async () => {
  const lines = (await capture('--scheme', 'stripe')).trim().split('\n');
  const file = command.file('of-another.ndjson', lines.slice(0, 2).join('\n'));
  const args = ['replay', file, '--sign', '--url', receiver.url];
  const { stderr } = await command.run(args, { secret: 'of another destination' });
  expect(stderr).toBe(
    '2 deliveries have no signature of this secret, so the scheme is not known. Signed as hmac: pass --scheme for another.\n',
  );
  const names = receiver.received.map(({ headers }) => Object.keys(headers).filter((name) => /sign/.test(name)));
  expect(names).toEqual([['x-bigmind-signature'], ['x-bigmind-signature']]);
  const told = await command.run([...args, '--scheme', 'slack'], { secret: 'of another destination' });
  expect(told.stderr).toBe('');
});

test('signs anew in another way when it is told to', async () => {
  const pinned = await startReceiver({ signature: timestampedHmac({ header: 'x-other' }) });
  const file = command.file('plain.ndjson', await capture());
  const args = ['replay', file, '--sign', '--scheme', 'stripe', '--header', 'x-other', '--url', pinned.url];
  const { code } = await command.run(args);
  await pinned.stop();
  expect(pinned.received).toHaveLength(all);
  for (const { headers } of pinned.received) expect(headers).not.toHaveProperty('x-bigmind-signature');
  expect(code).toBe(0);
});

test('needs no secret to send what was signed', async () => {
  const file = command.file('saved.ndjson', await capture());
  expect(await command.run(['replay', file, '--url', receiver.url], { secret: null })).toMatchObject({ code: 0 });
});

test('Ctrl-C ends it with a summary and exit code 130', async () => {
  const lines = await capture();
  const file = command.file('many.ndjson', lines.repeat(500));
  const running = command.start(['replay', file, '--rate', '100', '--url', receiver.url]);
  await receiver.came(20);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect(stdout).toMatch(new RegExp(`^\\d+ of ${500 * all} sent in `, 'm'));
  expect(code).toBe(130);
});

test('replays what failed alone, of some events, the last ones', async () => {
  const line = (event: 'todo_created' | 'email_sent', id: string, answer: object) =>
    toSavedLine({
      method: 'POST',
      url: '/',
      headers: { 'x-id': id },
      body: Buffer.from(JSON.stringify(examplePayload(event))),
      ...answer,
    });
  const failed = { answer: { status: 500, outcome: 'failed' } };
  const done = { answer: { status: 200, outcome: 'processed' } };
  const invalid = { answer: { status: 422, outcome: 'invalid' } };
  const lines = [
    line('todo_created', '1', failed),
    line('todo_created', '2', done),
    line('email_sent', '3', failed),
    line('todo_created', '4', invalid),
    line('todo_created', '5', failed),
  ];
  const file = command.file('answered.ndjson', `${lines.join('\n')}\n`);
  const replay = async (...args: string[]) => {
    const before = receiver.received.length;
    const { code } = await command.run(['replay', file, '--sign', '--url', receiver.url, ...args]);
    expect(code).toBe(0);
    return receiver.received.slice(before).map(({ headers }) => headers['x-id']);
  };
  expect(await replay('--only', 'failed')).toEqual(['1', '3', '4', '5']);
  expect(await replay('--only', 'invalid')).toEqual(['4']);
  expect(await replay('--only', 'failed', '--event', 'todo_created', '--last', '2')).toEqual(['4', '5']);

  const none = await command.run(['replay', file, '--event', 'notes_created', '--url', receiver.url]);
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('None of the 5 deliveries') });
  const unanswered = command.file('unanswered.ndjson', line('email_sent', '6', {}));
  const unknown = await command.run(['replay', unanswered, '--only', 'failed', '--url', receiver.url]);
  expect(unknown).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('does not say how these deliveries were answered'),
  });
  expect((await command.run(['replay', file, '--only', 'nonsense', '--url', receiver.url])).code).toBe(2);
});
