// A stranger's ES module: installs the package, mounts the router, and receives over HTTP.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { bigmindWebhooks, eventNames, keepRawBody } from 'bigmind-webhooks';
import packageJson from 'bigmind-webhooks/package.json' with { type: 'json' };
import schema from 'bigmind-webhooks/schemas/notes_created.schema.json' with { type: 'json' };
import { examplePayload, signDelivery } from 'bigmind-webhooks/testing';
import express from 'express';

const secret = 'a secret';
const handled = [];
const webhooks = bigmindWebhooks({ secret, logger: false });
webhooks.on('notes_created', (event) => handled.push(event));

const app = express();
app.use('/used', webhooks.router);
app.post('/posted', webhooks.router);
app.use(express.json({ verify: keepRawBody }));
app.use('/parsed', webhooks.router);
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');

const paths = ['used', 'posted', 'parsed'];
for (const path of paths) {
  const payload = examplePayload('notes_created', { data: { content: path } });
  const { headers, body } = signDelivery({ payload, secret });
  const url = `http://127.0.0.1:${server.address().port}/${path}`;
  assert.equal((await fetch(url, { method: 'POST', headers, body })).status, 200);
  assert.equal((await fetch(url, { method: 'POST', headers, body: body.replace('wh', 'hw') })).status, 401);
}
assert.deepEqual(
  handled.map(({ data }) => data.content),
  paths,
);
const schemas = readdirSync(new URL('.', import.meta.resolve('bigmind-webhooks/schemas/common.schema.json')));
assert.deepEqual(schemas.sort(), [...eventNames, 'common'].map((name) => `${name}.schema.json`).sort());
assert.equal(schema.properties.event.const, 'notes_created');
assert.equal(packageJson.name, 'bigmind-webhooks');
server.close();
server.closeAllConnections();
console.log('received');
