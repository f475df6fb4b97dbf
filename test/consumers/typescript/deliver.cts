import assert = require('node:assert/strict');
import events = require('node:events');
import net = require('node:net');
import bigmind = require('bigmind-webhooks');
import schema = require('bigmind-webhooks/schemas/notes_created.schema.json');
import testing = require('bigmind-webhooks/testing');
import express = require('express');

const { bigmindWebhooks, isWebhookError } = bigmind;
const secret = 'a secret';
const handled: string[] = [];
const webhooks = bigmindWebhooks({ secret, logger: false });
const addNote: bigmind.WebhookHandler<'notes_created'> = (event) => handled.push(event.data.note_id);
webhooks.on('notes_created', addNote);
// @ts-expect-error a typo in an event
assert.throws(() => webhooks.on('notes_create', () => {}), isWebhookError);

async function main(): Promise<void> {
  const app = express();
  app.use('/used', webhooks.router);
  app.post('/posted', webhooks.router);
  const server = app.listen(0, '127.0.0.1');
  await events.once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  for (const path of ['used', 'posted']) {
    const payload = testing.examplePayload('notes_created', { data: { note_id: path } });
    const { headers, body } = testing.signDelivery({ payload, secret });
    const reply = await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST', headers, body });
    assert.equal(reply.status, 200);
  }
  assert.deepEqual(handled, ['used', 'posted']);
  assert.equal(schema.properties.event.const, 'notes_created');
  server.close();
  server.closeAllConnections();
  console.log('received');
}

void main();
