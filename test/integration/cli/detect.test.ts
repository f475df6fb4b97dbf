import { createHmac } from 'node:crypto';
import { examplePayload } from '../../../src/testing';
import { type Command, jsonLines, makeCommand, secret } from './command';
import { type Receiver, startReceiver } from './receiver';

let command: Command;

beforeAll(async () => {
  command = await makeCommand();
});

afterAll(() => command.remove());

/** What a receiver saw of one delivery that `send` signed. */
async function capture(...scheme: string[]): Promise<Receiver> {
  const receiver = await startReceiver();
  await command.run(['send', 'notes_created', ...scheme, '--url', receiver.url]);
  await receiver.stop();
  return receiver;
}

function asText({ received }: Receiver, end = '\r\n'): string {
  const { headers, body } = received[0] ?? { headers: {}, body: '' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  return `POST /webhooks/bigmind HTTP/1.1${end}${lines.join(end)}${end}${end}${body.toString()}`;
}

function asHar({ received }: Receiver): string {
  const entries = received.map(({ headers, body }) => ({
    request: {
      method: 'POST',
      url: 'https://example.org/',
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      postData: { text: body.toString() },
    },
  }));
  return JSON.stringify({ log: { version: '1.2', entries } });
}

test.each<[string, string[], string]>([
  ['hmac in hex', [], "hmac({ header: 'x-bigmind-signature' })"],
  [
    'hmac in base64',
    ['--encoding', 'base64', '--header', 'x-shop-hmac-sha256'],
    "hmac({ header: 'x-shop-hmac-sha256', encoding: 'base64' })",
  ],
  ['hmac with SHA-512', ['--algorithm', 'sha512'], "hmac({ header: 'x-bigmind-signature', algorithm: 'sha512' })"],
  [
    'hmac with a prefix',
    ['--prefix', 'sha256=', '--header', 'x-hub-signature-256'],
    "hmac({ header: 'x-hub-signature-256', prefix: 'sha256=' })",
  ],
  ['hmac elsewhere', ['--header', 'x-bigmind-token'], "hmac({ header: 'x-bigmind-token' })"],
  ["Stripe's", ['--scheme', 'stripe'], "timestampedHmac({ header: 'x-bigmind-signature' })"],
  [
    "Slack's",
    ['--scheme', 'slack', '--header', 'x-slack-signature'],
    "timestampedHmac({ header: 'x-slack-signature', prefix: 'v0=', timestampHeader: 'x-slack-request-timestamp', content: 'v0:{timestamp}:{body}' })",
  ],
  [
    'two headers',
    ['--scheme', 'two-header'],
    "timestampedHmac({ header: 'x-bigmind-signature', timestampHeader: 'x-bigmind-timestamp' })",
  ],
  ['Standard Webhooks', ['--scheme', 'standard-webhooks'], 'standardWebhooks()'],
])('prints the line that pins %s, for a saved line, a request as text and a HAR file', async (_title, scheme, pin) => {
  const captured = await capture(...scheme);
  for (const text of [captured.saved(), asText(captured), asText(captured, '\n'), asHar(captured)]) {
    const { code, stdout, stderr } = await command.run(['detect', command.file('captured', text)]);
    expect(stdout.split('\n')[0]).toBe(`signature: ${pin}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }
  const wrong = await command.run(['detect', '-'], { secret: 'wrong-one', stdin: captured.saved() });
  expect(wrong.stdout).toMatch(/^No scheme signs this request with this secret\./);
  expect(wrong.stdout + wrong.stderr).not.toMatch(/^signature: |wrong-one/m);
  expect(wrong.code).toBe(1);
});

test('says what was tried and the usual causes, and shows no signature whole', async () => {
  const captured = await capture('--scheme', 'two-header');
  const { code, stdout } = await command.run(['detect', '-'], { secret: 'wrong-one', stdin: captured.saved() });
  expect(stdout).toMatch(
    /Tried:\n {2}x-bigmind-signature: HMAC-SHA256 in hex over "\d{10}\." and the body \(\d+ bytes\): expected [0-9a-f]{8}…, came [0-9a-f]{8}…\./,
  );
  expect(stdout).toMatch(
    /Why that may be:\n {2}- Another secret[\s\S]*- The body is not what was sent[\s\S]*- Another scheme/,
  );
  expect(stdout).not.toMatch(/[0-9a-f]{16}/);
  expect(code).toBe(1);
});

test('names a body that was re-serialised, and white space in the secret', async () => {
  const [delivery] = (await capture()).received;
  const signature = String(delivery?.headers['x-bigmind-signature']);
  const pretty = JSON.stringify(JSON.parse(delivery?.body.toString() ?? ''), null, 2);
  const text = `x-bigmind-signature: ${signature}\n\n${pretty}`;
  const { code, stdout } = await command.run(['detect', '-'], { stdin: text });
  expect(stdout).toContain('The body was re-serialised: written compactly, as JSON.stringify does, it matches.');
  expect(code).toBe(1);

  const exact = `x-bigmind-signature: ${signature}\n\n${delivery?.body.toString()}`;
  const spaced = await command.run(['detect', '-'], { secret: `${secret} `, stdin: exact });
  expect(spaced.stdout).toContain('The secret has white space around it');
  expect(spaced.code).toBe(1);
});

test('a timestamp that has grown stale is said, not failed', async () => {
  const hourAgo = Math.floor(Date.now() / 1000) - 3600;
  const body = JSON.stringify(examplePayload('notes_created'));
  const mac = createHmac('sha256', secret).update(`${hourAgo}.${body}`).digest('hex');
  const stdin = `x-signature: t=${hourAgo},v1=${mac}\n\n${body}`;
  const { code, stdout } = await command.run(['detect', '-'], { stdin });
  expect(stdout).toMatch(/^signature: timestampedHmac\(.*\n\n.*\n\nBut:\n {2}- .*its timestamp is 36\d\d s old/);
  expect(code).toBe(0);
});

test('--json prints a line for each request, those that nothing signs among them', async () => {
  const captured = await capture();
  const stranger = JSON.stringify({
    version: 1,
    method: 'POST',
    url: '/',
    headers: { 'x-signature': 'a' },
    body: 'e30=',
  });
  const { code, stdout } = await command.run(['detect', '--json', '-'], { stdin: `${captured.saved()}${stranger}\n` });
  const [first, second] = jsonLines(stdout);
  expect(first).toMatchObject({
    request: 1,
    match: { scheme: 'hmac', pin: "signature: hmac({ header: 'x-bigmind-signature' })", stale: false },
    tried: [{ form: 'body', encoding: 'hex', algorithm: 'sha256', outcome: 'match' }],
    causes: [],
  });
  expect(second).toMatchObject({ request: 2, tried: [{ outcome: 'unreadable' }] });
  expect(second).not.toHaveProperty('match');
  expect(code).toBe(1);

  const told = await command.run(['detect', '-'], { stdin: `${captured.saved()}${stranger}\n` });
  expect(told.stdout).toMatch(/^signature: hmac.*\n {2}signs 1 of 2 requests\n\nRequest 2: No scheme signs/);
});

test('a file that holds no request is refused', async () => {
  for (const stdin of ['', '{"event":"todo_created"}', '{"log":{"entries":[]}}']) {
    const { code, stdout, stderr } = await command.run(['detect', '-'], { stdin });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  }
});
