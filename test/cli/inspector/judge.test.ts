import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createJudge, type Judge, mostBytes } from '../../../src/cli/inspector/judge';
import { rowOf } from '../../../src/foundations/outcomes';
import { bigmindWebhooks } from '../../../src/index';
import { examplePayload, signDelivery } from '../../../src/testing';
import { computingTime } from '../../fixtures/computing-time';

const secret = 'the secret of the judge';
const webhooks = bigmindWebhooks({ secret, logger: false, deduplicate: false }).on('*', () => undefined);
const server = createServer((request, response) => webhooks.router(request, response, () => response.destroy()));
const judge: Judge = createJudge(secret);

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What a receiver with the default options answers. */
function answerTo({ method = 'POST', headers = {}, body }: Sent): Promise<{ readonly status: number; code: unknown }> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const options = { port, host: '127.0.0.1', method, headers: { ...headers, ...length }, agent: false };
    const sent = send(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => {
        const { code } = JSON.parse(text) as { readonly code?: unknown };
        resolve({ status: answer.statusCode ?? 0, code });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function verdictOn({ method = 'POST', headers = {}, body }: Sent) {
  const bytes = Buffer.from(body);
  const isWhole = bytes.length <= mostBytes;
  return judge({ method, url: '/', headers, body: isWhole ? bytes : Buffer.alloc(0) }, isWhole);
}

const valid = signDelivery({ payload: examplePayload('todo_created'), secret });
const spaces = (length: number): Sent => ({ headers: valid.headers, body: Buffer.alloc(length, ' ') });

test('judges 5 MB of a stranger within seconds, however deep they are nested', async () => {
  const levels = 2_500_000;
  const computedMs = computingTime();
  const { outcome, event } = await verdictOn({ body: '['.repeat(levels) + ']'.repeat(levels) });
  expect(computedMs()).toBeLessThan(2500);
  expect({ outcome, event }).toEqual({ outcome: 'unauthenticated', event: undefined });
});

test.each<[string, Sent]>([
  ['processed', valid],
  ['ignored', signDelivery({ payload: { event: 'deal_won' }, secret })],
  ['invalid', signDelivery({ payload: { event: 'todo_created' }, secret })],
  ['malformed', signDelivery({ payload: '{"event":', secret })],
  ['unauthenticated', signDelivery({ payload: examplePayload('todo_created'), secret: 'another' })],
  ['unauthenticated', { body: valid.body }],
  ['unauthenticated', spaces(mostBytes)],
  ['too-large', spaces(mostBytes + 1)],
  ['unsupported-encoding', { ...valid, headers: { ...valid.headers, 'content-encoding': 'gzip' } }],
  ['processed', { ...valid, headers: { ...valid.headers, 'content-encoding': 'identity' } }],
  ['method-not-allowed', { ...valid, method: 'PUT' }],
  ['method-not-allowed', { ...spaces(mostBytes + 1), method: 'PUT' }],
])('says %s with the status that a receiver answers', async (outcome, sent) => {
  const verdict = await verdictOn(sent);
  const { status, code } = await answerTo(sent);
  expect([verdict.outcome, verdict.status]).toEqual([outcome, status]);
  expect(rowOf(verdict.outcome).code).toBe(code);
});

test.each(['', 'utf-8', 'UTF-8'])(
  'a Content-Encoding of %j changes no byte, and is no reason to refuse',
  async (encoding) => {
    const headers = { ...valid.headers, 'content-encoding': encoding };
    expect(await verdictOn({ ...valid, headers })).toMatchObject({
      outcome: 'processed',
      status: 200,
      reason: undefined,
    });
  },
);

test('says why a delivery is refused, and names its event without trusting it', async () => {
  const { headers } = valid;
  const body = `{"event":"${'long '.repeat(50)}"}`;
  const verdict = await verdictOn({ headers, body });
  expect(verdict).toMatchObject({ outcome: 'unauthenticated', event: 'long '.repeat(20), key: undefined });
  expect(verdict.reason).toMatch(/^The delivery is not authentic\. /);
  expect((await verdictOn({ headers, body, method: 'PUT' })).reason).toBe('PUT is no delivery: a delivery is a POST.');
});
