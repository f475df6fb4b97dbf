import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { createBodyThread } from '../../../src/cli/inspector/body-thread';
import { createBodyWork } from '../../../src/cli/inspector/body-work';
import { createJudge } from '../../../src/cli/inspector/judge';
import { judgeApart } from '../../../src/cli/inspector/judge-apart';
import { examplePayload, signDelivery } from '../../../src/testing';

const secret = 'the secret of the destination';
let folder: string;
let file: string;
let thread: ReturnType<typeof createBodyThread>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-thread-'));
  file = join(folder, 'body-worker.js');
  const entry = join(__dirname, '../../../src/cli/inspector/body-worker.ts');
  buildSync({ entryPoints: [entry], outfile: file, bundle: true, platform: 'node', logLevel: 'warning' });
  thread = createBodyThread(secret, file);
});

afterAll(async () => {
  await thread.close();
  rmSync(folder, { recursive: true });
});

/** A delivery whose body is genuine, with this payload. */
function delivery(payload: unknown) {
  const { headers, body } = signDelivery({ payload, secret });
  return { method: 'POST', url: '/', headers, body: Buffer.from(body), receivedAt: Date.now() };
}

const large = { ...examplePayload('todo_created'), filler: 'x'.repeat(300_000) };

test.each([
  ['a genuine event', delivery(examplePayload('todo_created'))],
  ['an event with errors', delivery({ event: 'todo_created', data: {} })],
  ['one with a wrong signature', { ...delivery({}), headers: { 'x-signature': 'ab'.repeat(32) } }],
  ['broken JSON', delivery('{"event":\n1,}')],
  ['no text', { ...delivery({}), body: Buffer.from([0xff]) }],
  ['no bytes', { ...delivery(''), body: Buffer.alloc(0) }],
  ['a large event', delivery(large)],
])('says of %s in another thread what it says in this one', async (_what, request) => {
  const here = createBodyWork(secret);
  await expect(thread.explain(request)).resolves.toEqual(await here.explain(request));
  await expect(thread.explainSignature(request)).resolves.toEqual(await here.explainSignature(request));
  const { verdict, steps } = await thread.judge(request, true);
  const judged = await here.judge(request, true);
  expect(verdict).toEqual(judged.verdict);
  expect(steps.map(({ name }) => name)).toEqual(judged.steps.map(({ name }) => name));
  const text = request.body.toString('latin1');
  await expect(thread.check(text)).resolves.toEqual(await here.check(text));
});

test('judges a large body in another thread, with its steps, and a small one in this', async () => {
  const apart: number[] = [];
  const judge = judgeApart(createJudge(secret), {
    judge: (request, isWhole) => {
      apart.push(request.body.length);
      return thread.judge(request, isWhole);
    },
  });
  const steps: [name: string, agoMs: number | undefined][] = [];
  const passed = (name: string, agoMs?: number) => steps.push([name, agoMs]);
  const request = delivery(large);
  await expect(judge(request, true, passed)).resolves.toMatchObject({ outcome: 'processed', event: 'todo_created' });
  await expect(judge(delivery(examplePayload('email_sent')), true)).resolves.toMatchObject({ outcome: 'processed' });
  expect(apart).toEqual([request.body.length]);
  expect(steps).toEqual([
    ['verified', expect.any(Number)],
    ['validated', expect.any(Number)],
  ]);
  const [verified = 0, validated = 0] = steps.map(([, agoMs]) => agoMs);
  expect(verified).toBeGreaterThanOrEqual(validated);
});

test('judges a large body in this thread where the other cannot run', async () => {
  const broken = createBodyThread(secret, join(folder, 'missing.js'));
  const request = delivery(large);
  const verdict = await judgeApart(createJudge(secret), broken)(request, true);
  expect(verdict).toMatchObject({ outcome: 'processed', event: 'todo_created' });
});

test('a thread that ends takes what waits with it, and is followed by another', async () => {
  const other = createBodyThread(secret, file);
  const waiting = other.explain(delivery(large));
  const ended = other.close();
  await expect(waiting).rejects.toThrow('The thread that reads bodies has ended.');
  await ended;
  await expect(other.check('{')).resolves.toMatchObject({ broken: { line: 1, column: 2 } });
  await other.close();
});

test('a module that cannot run rejects, and ends nothing else', async () => {
  const broken = createBodyThread(secret, join(folder, 'missing.js'));
  await expect(broken.check('{}')).rejects.toThrow('The thread that reads bodies has ended.');
});
