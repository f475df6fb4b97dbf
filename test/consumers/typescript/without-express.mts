import assert from 'node:assert/strict';
import { bigmindWebhooks } from 'bigmind-webhooks';
import { examplePayload, signDelivery } from 'bigmind-webhooks/testing';

// For a platform with Fetch: neither Express nor its types are needed, nor the DOM's.
const webhooks = bigmindWebhooks({ secret: 'a secret', logger: false });
let handled = '';
webhooks.on('email_sent', (event) => {
  handled = event.event;
});

async function handle(request: Request): Promise<Response> {
  const reply = await webhooks.receive({ headers: request.headers, body: await request.arrayBuffer() });
  return new Response(reply.body, reply);
}

const delivery = signDelivery({ payload: examplePayload('email_sent'), secret: 'a secret' });
const response = await handle(new Request('https://example.org', { method: 'POST', ...delivery }));
assert.deepEqual([response.status, handled], [200, 'email_sent']);
console.log('received');
