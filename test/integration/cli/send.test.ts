import packageJson from '../../../package.json';
import { eventNames } from '../../../src/index';
import { examplePayload } from '../../../src/testing';
import { type Command, jsonLines, makeCommand, secret } from './command';
import { deadUrl, listen, type Receiver, startReceiver } from './receiver';

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

const eventsOf = ({ received }: Receiver): string[] =>
  received.map(({ body }) => (JSON.parse(body.toString()) as { event: string }).event);

test('sends every event, and a receiver takes each, twice as well', async () => {
  for (const _round of [1, 2]) {
    const { code, stdout, stderr } = await command.run(['send', '--all', '--url', receiver.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const event of eventNames)
      expect(stdout).toMatch(new RegExp(`^200  processed        ${event.padEnd(25)} +\\d+ ms$`, 'm'));
    const all = eventNames.length;
    expect(stdout).toMatch(
      new RegExp(`^${all} sent in .*\\nstatuses  ${all} × 200\\noutcomes  ${all} × processed\\nlatency`, 'm'),
    );
  }
  expect(eventsOf(receiver)).toEqual([...eventNames, ...eventNames]);
  expect(receiver.received[0]?.headers).toMatchObject({
    'user-agent': `bigmind-webhooks/${packageJson.version}`,
    'content-type': 'application/json',
  });
});

test('sends the events that are named, with the secret of a file whose line end is left out', async () => {
  const file = command.file('secret.txt', `${secret}\n`);
  const args = ['send', 'todo_created', 'email_sent', '--url', receiver.url, '--secret-file', file];
  const { code } = await command.run(args, { secret: 'another, which the file overrules' });
  expect(code).toBe(0);
  expect(eventsOf(receiver)).toEqual(['todo_created', 'email_sent']);
});

test.each(['hmac', 'stripe', 'slack', 'two-header', 'standard-webhooks'])('signs as %s does', async (scheme) => {
  const { code } = await command.run(['send', 'notes_created', '--scheme', scheme, '--url', receiver.url]);
  expect(code).toBe(0);
  expect(receiver.received).toHaveLength(1);
});

test('sends a file byte for byte', async () => {
  const bytes = `\n${JSON.stringify(examplePayload('todo_created'), null, 3)}\n`;
  const { code } = await command.run(['send', '--data', command.file('todo.json', bytes), '--url', receiver.url]);
  expect(code).toBe(0);
  expect(receiver.received[0]?.body.toString()).toBe(bytes);
  const piped = await command.run(['send', 'todo_created', '--data', '-', '--url', receiver.url, '--json'], {
    stdin: bytes,
  });
  expect(jsonLines(piped.stdout)[0]).toMatchObject({ event: 'todo_created', status: 200, outcome: 'duplicate' });
});

test('refuses a file that does not match its schema, with all errors, unless it is forced', async () => {
  const file = command.file(
    'bad.json',
    JSON.stringify({ ...examplePayload('todo_created'), data: {}, timestamp: 'x' }),
  );
  const refused = await command.run(['send', '--data', file, '--url', receiver.url]);
  expect(refused.stderr).toMatch(/\/data\/[\w]+ required[\s\S]*\/timestamp format[\s\S]*--force/);
  expect({ code: refused.code, received: receiver.received }).toStrictEqual({ code: 1, received: [] });

  const forced = await command.run(['send', '--data', file, '--force', '--url', receiver.url]);
  expect(forced.stdout).toMatch(/^422 {2}invalid {10}todo_created +\d+ ms {2}\/data\/\w+ required\n$/);
  expect({ code: forced.code, stderr: forced.stderr }).toEqual({ code: 1, stderr: '' });

  const broken = command.file('broken.json', '{"event":');
  expect(await command.run(['send', '--data', broken, '--url', receiver.url])).toMatchObject({ code: 1 });
  const raw = await command.run(['send', '--data', broken, '--force', '--url', receiver.url]);
  expect({ code: raw.code, stdout: raw.stdout }).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^400 {2}malformed {8}none +\d+ ms {2}No acceptable JSON came\n$/),
  });
});

test('a file of another event than the one named is wrong use', async () => {
  const file = command.file('todo.json', JSON.stringify(examplePayload('todo_created')));
  const { code, stderr } = await command.run(['send', 'email_sent', '--data', file, '--url', receiver.url]);
  expect(stderr).toContain('its own is todo_created');
  expect({ code, received: receiver.received }).toStrictEqual({ code: 2, received: [] });
});

test('--json prints a line for each delivery and a summary with percentiles', async () => {
  const { code, stdout } = await command.run(['send', '--all', '--count', '5', '--json', '--url', receiver.url]);
  const lines = jsonLines(stdout);
  const total = 5 * eventNames.length;
  expect(lines).toHaveLength(total + 1);
  expect(lines[0]).toEqual({
    type: 'delivery',
    event: expect.any(String),
    status: 200,
    outcome: 'processed',
    ms: expect.any(Number),
  });
  const { latencyMs, ...summary } = lines.at(-1) ?? {};
  expect(summary).toEqual({
    type: 'summary',
    total,
    sent: total,
    accepted: total,
    statuses: { '200': total },
    outcomes: { processed: total },
    errors: {},
    seconds: expect.any(Number),
    rate: expect.any(Number),
  });
  const { p50, p95, p99, max } = latencyMs as Record<string, number>;
  expect([p50, p95, p99, max]).toEqual([p50, p95, p99, max].toSorted((a, b) => (a ?? 0) - (b ?? 0)));
  expect(code).toBe(0);
});

/** Sends 10,000 deliveries at 500 a second; how many a second came. */
async function rateOf500(): Promise<number> {
  const quick = await listen(async () => ({ status: 200, body: '{"status":"processed"}' }));
  const args = ['send', 'todo_created', '--count', '10000', '--rate', '500', '--url', quick.url];
  const { code, stdout, stderr } = await command.run(args);
  await quick.stop();
  expect(quick.received).toHaveLength(10_000);
  expect(new Set(quick.received.map(({ body }) => body.toString())).size).toBe(10_000);
  expect(stdout).toMatch(/^10000 sent in \d+\.\d s, \d+(?:\.\d)?\/s of 500\/s\nstatuses {2}10000 × 200\n/);
  expect(stdout).toMatch(/^latency {3}p50 [\d.]+ ms, p95 [\d.]+ ms, p99 [\d.]+ ms, max [\d.]+ ms$/m);
  // Nobody looks at progress in a pipe.
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [first, last] = [quick.received[0], quick.received.at(-1)];
  return (10_000 - 1) / (((last?.at ?? 0) - (first?.at ?? 0)) / 1000);
}

test('keeps 500 a second within 5% over 10,000 deliveries, none of them a duplicate', async () => {
  const rates: number[] = [];
  // What else runs on a machine makes it slower, and never quicker: one try in time is enough.
  while (rates.length < 3 && Math.max(0, ...rates) <= 475) rates.push(await rateOf500());
  expect(Math.max(...rates)).toBeGreaterThan(475);
  expect(Math.max(...rates)).toBeLessThan(525);
}, 300_000);

test('says what to do where nothing listens, and does not try for ever', async () => {
  const url = await deadUrl();
  const { code, stdout, stderr } = await command.run(['send', 'todo_created', '--count', '1000', '--url', url]);
  expect(stdout).toMatch(/nothing listens at 127\.0\.0\.1:\d+: is the receiver running\?/);
  expect(stderr).toBe('error: Nothing answers, so the rest was not sent.\n');
  expect(stderr + stdout).not.toMatch(/\n\s+at /);
  expect(code).toBe(1);
});

test('ends after --timeout where no answer comes', async () => {
  const silent = await listen(async () => undefined);
  const { code, stdout } = await command.run(['send', 'todo_created', '--timeout', '0.3', '--url', silent.url]);
  await silent.stop();
  expect(stdout).toContain('did not answer within 0.3 s');
  expect(code).toBe(1);
});

test('a wrong secret is answered 401: exit code 1, and the secret is not shown', async () => {
  const { code, stdout, stderr } = await command.run(['send', 'todo_created', '--url', receiver.url], {
    secret: 'wrong-one',
  });
  expect(stdout).toMatch(/^401 {2}unauthenticated {2}todo_created +\d+ ms {2}The delivery is not authentic\n$/);
  expect(stdout + stderr).not.toContain('wrong-one');
  expect(code).toBe(1);
});

test('what a stranger answers cannot write to the terminal', async () => {
  const hostile = '\u001b[2Jgone\u202e';
  const stranger = await listen(async () => ({
    status: 422,
    body: JSON.stringify({ code: hostile, status: hostile, errors: [{ pointer: hostile, keyword: hostile }] }),
  }));
  const { code, stdout } = await command.run(['send', 'todo_created', '--url', stranger.url]);
  await stranger.stop();
  expect(stdout).toMatch(/^422 {19}todo_created +\d+ ms {2}\\u001b\[2Jgone\\u202e\n$/);
  expect(stdout).not.toContain('\u001b');
  expect(code).toBe(1);
});

test('Ctrl-C ends it with a summary and exit code 130', async () => {
  const running = command.start(['send', 'todo_created', '--count', '100000', '--rate', '200', '--url', receiver.url]);
  await receiver.came(20);
  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  expect(stdout).toMatch(/^\d+ of 100000 sent in [\s\S]*latency/);
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  expect(receiver.received.length).toBeLessThan(1000);
});

test('Ctrl-C breaks off an answer that does not come', async () => {
  const silent = await listen(async () => undefined);
  const running = command.start(['send', 'todo_created', '--url', silent.url]);
  await silent.came(1);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  await silent.stop();
  expect(stdout).toContain('0 of 1 sent');
  expect(code).toBe(130);
});
