// A stranger's CommonJS module: installs the package, mounts the router, and receives over HTTP.
const assert = require('node:assert/strict');
const { once } = require('node:events');
const { readdirSync } = require('node:fs');
const { dirname } = require('node:path');
const { bigmindWebhooks, eventNames, keepRawBody } = require('bigmind-webhooks');
const packageJson = require('bigmind-webhooks/package.json');
const schema = require('bigmind-webhooks/schemas/notes_created.schema.json');
const { examplePayload, signDelivery } = require('bigmind-webhooks/testing');
const express = require('express');

const secret = 'a secret';
const handled = [];
const webhooks = bigmindWebhooks({ secret, logger: false });
webhooks.on('notes_created', (event) => handled.push(event));

async function main() {
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
  const schemas = readdirSync(dirname(require.resolve('bigmind-webhooks/schemas/common.schema.json')));
  assert.deepEqual(schemas.sort(), [...eventNames, 'common'].map((name) => `${name}.schema.json`).sort());
  assert.equal(schema.properties.event.const, 'notes_created');
  assert.equal(packageJson.name, 'bigmind-webhooks');
  // One copy of the package, however it is loaded: its errors and its state are the same.
  assert.equal((await import('bigmind-webhooks')).bigmindWebhooks, bigmindWebhooks);
  server.close();
  server.closeAllConnections();
  console.log('received');
}

main();
