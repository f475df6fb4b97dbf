import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { examplePayload, signDelivery } from 'bigmind-webhooks/testing';
import { createApp, type Note } from './webhooks.js';

const secret = 'a secret for tests';
const saved: Note[] = [];
const { app } = createApp(async (note) => void saved.push(note), { secret, logger: false });
const server = createServer(app);

before(async () => {
  server.listen(0);
  await once(server, 'listening');
});
after(() => server.close());

/** Sends a delivery over HTTP, and says with which status it was answered. */
async function post(delivery: { readonly headers: Record<string, string>; readonly body: string }): Promise<number> {
  const { port } = server.address() as AddressInfo;
  const reply = await fetch(`http://127.0.0.1:${port}/webhooks/bigmind`, { method: 'POST', ...delivery });
  return reply.status;
}

test('a note is saved once, although its delivery comes twice', async () => {
  const payload = examplePayload('notes_created', { data: { note_id: 'note_1' } });
  const delivery = signDelivery({ payload, secret });
  assert.equal(await post(delivery), 200);
  assert.equal(await post(delivery), 200);
  assert.deepEqual(
    saved.map(({ id }) => id),
    ['note_1'],
  );
});

test('a delivery that somebody else signed is refused, and saves nothing', async () => {
  const before = saved.length;
  const payload = examplePayload('notes_created', { data: { note_id: 'note_2' } });
  assert.equal(await post(signDelivery({ payload, secret: 'another secret' })), 401);
  assert.equal(saved.length, before);
});
