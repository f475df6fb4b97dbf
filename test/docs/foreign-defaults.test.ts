// What documents say of others that are installed here: asked, not remembered.
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import express from 'express';
import { Redis } from 'ioredis';
import request from 'supertest';
import { bigmindWebhooks } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { readDocument, tableRows } from './markdown';
import { makeWorkspace, removeWorkspace, write } from './workspace';

const versions = new Map(tableRows('docs/compatibility.md', 'peer').map(([name, said = '']) => [name, said]));

/** The numbers of versions in a text. */
function numbers(text = ''): readonly string[] {
  return text.match(/\d+(?:\.\d+)*/g) ?? [];
}

test('README says the versions of Express that docs/compatibility.md has', () => {
  const [, said] = /and Express ([^.]*(?:\.\d[^.]*)*)\. In TypeScript/.exec(readDocument('README.md')) ?? [];
  expect(numbers(said)).toEqual(numbers(versions.get('express')));
  expect(numbers(said)).toHaveLength(2);
});

test('docs/queues.md says of pg-boss what docs/compatibility.md says: which versions need Node 22', () => {
  expect(versions.get('pg-boss')).toBe('10, 11 and 12; the last two need Node 22');
  expect(readDocument('docs/queues.md').replace(/\s+/g, ' ')).toContain('pg-boss 11 and 12 need Node 22. All three');
});

test('a JSON parser takes 100 kB by default, as docs/errors.md says, and docs/frameworks.md of those of Nest', async () => {
  const app = express()
    .use(express.json())
    .post('/', (_request, response) => void response.sendStatus(200));
  const send = async (bytes: number) => {
    const body = JSON.stringify('x'.repeat(bytes - 2));
    return (await request(app).post('/').set('content-type', 'application/json').send(body)).status;
  };
  expect(await send(100 * 1024 + 1)).toBe(413);
  expect(readDocument('docs/frameworks.md')).toContain('their own limit is 100 kB');
  expect(readDocument('docs/errors.md')).toContain('its own is 100 kB, and what is larger it answers 413 itself');
});

test('a JSON parser answers 400 itself to what it cannot parse, as README.md says', async () => {
  const router = jest.fn();
  const app = express()
    .use(express.json())
    .use(router)
    .use(((error: { status: number }, _request, response, _next) => {
      response.sendStatus(error.status);
    }) as express.ErrorRequestHandler);
  const { status } = await request(app).post('/').set('content-type', 'application/json').send('{"event": ');
  expect([status, router.mock.calls]).toStrictEqual([400, []]);
  expect(readDocument('README.md')).toContain('It answers broken JSON 400 itself');
});

test('Node lets go of an idle connection after as long as docs/deployment.md says', () => {
  const [, seconds] = /before Node does \((\d+) s by default\)/.exec(readDocument('docs/deployment.md')) ?? [];
  expect(createServer().keepAliveTimeout).toBe(1000 * Number(seconds));
});

test('the pauses of ioredis grow as long as docs/stores.md says', () => {
  const client = new Redis({ lazyConnect: true });
  const pauses = [100, 1000].map((times) => client.options.retryStrategy?.(times) ?? 0);
  client.disconnect();
  // Up to a fifth of a second is random.
  for (const pause of pauses) expect(Math.floor(pause / 1000)).toBe(5);
  expect(readDocument('docs/stores.md')).toContain('the pauses of ioredis 6 grow to five seconds');
});

test('a key has as many hexadecimal digits as docs/stores.md says', async () => {
  const [, digits] = /- Keys are (\d+) hexadecimal digits/.exec(readDocument('docs/stores.md')) ?? [];
  const secret = 'a secret';
  const { key } = await bigmindWebhooks({ secret, logger: false }).verify(
    signDelivery({ payload: examplePayload('notes_created'), secret }),
  );
  expect(key).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
});

test('the default store takes less memory than docs/stores.md and docs/scaling.md say', () => {
  const workspace = makeWorkspace();
  write(
    workspace,
    'fill.mjs',
    `import { createHash } from 'node:crypto';
    import { memoryStore } from 'bigmind-webhooks';
    const store = memoryStore();
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 100_000; index += 1) {
      const key = createHash('sha256').update(String(index)).digest('hex');
      const { token } = await store.claim(key, 15_000, 259_200_000);
      await store.complete(key, token, 259_200_000);
    }
    gc();
    console.log(JSON.stringify({ bytes: process.memoryUsage().heapUsed - before, kept: typeof store }));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', 'fill.mjs'], {
    cwd: workspace,
    encoding: 'utf8',
  });
  removeWorkspace(workspace);
  expect(stderr).toBe('');
  const { bytes } = JSON.parse(stdout) as { readonly bytes: number };
  for (const page of ['docs/stores.md', 'docs/scaling.md']) {
    const [, most] = /less than (\d+) MB/.exec(readDocument(page)) ?? [];
    expect(bytes).toBeLessThan(Number(most) * 1e6);
    // And not so much less that the page would be of no use.
    expect(bytes).toBeGreaterThan(Number(most) * 2e5);
  }
});
