import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type BigmindEvent,
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  eventSchema,
  isWebhookError,
  keepRawBody,
  type WebhookHandler,
} from 'bigmind-webhooks';
import { examplePayload, type SignedDelivery, signDelivery } from 'bigmind-webhooks/testing';
import express from 'express';

interface DealClosed {
  event: 'deal_closed';
  deal_id: string;
}

const secret = 'a secret';
const handled: (string | undefined)[] = [];
const options: BigmindWebhooksOptions = { secret, logger: false, limit: undefined };
const webhooks = bigmindWebhooks({
  ...options,
  schemas: { deal_closed: eventSchema<DealClosed>({ required: ['deal_id'] }) },
  locals: ({ params: { team } }) => ({ team }),
});
const addNote: WebhookHandler<'notes_created', { team: string | undefined }> = (event, { locals }) => {
  handled.push(`${event.data.note_id} ${locals.team}`);
};
webhooks.on('notes_created', addNote).on('deal_closed', (event) => handled.push(event.deal_id));
// @ts-expect-error a typo in an event
assert.throws(() => webhooks.on('notes_create', () => {}), isWebhookError);
// @ts-expect-error a typo in a property
webhooks.on('email_sent', (event) => event.data.bdy);
const anyEvent = (event: BigmindEvent): string => event.webhook_id;
assert.equal(typeof anyEvent(examplePayload('email_sent')), 'string');

const app = express();
app.use('/used/:team', webhooks.router);
app.post('/posted/:team', webhooks.router);
app.use('/nested/:team', express.Router({ mergeParams: true }).all('/', webhooks.router));
app.use(express.json({ verify: keepRawBody }));
app.use('/parsed/:team', webhooks.router);
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

async function statusOf(path: string, { headers, body }: SignedDelivery): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body })).status;
}

const paths = ['used', 'posted', 'nested', 'parsed'];
for (const path of paths) {
  const delivery = signDelivery({ payload: examplePayload('notes_created', { data: { note_id: path } }), secret });
  assert.equal(await statusOf(`/${path}/red`, delivery), 200);
  assert.equal(await statusOf(`/${path}/red`, { ...delivery, body: `${delivery.body} ` }), 401);
}
const reply = await webhooks.receive(signDelivery({ payload: { event: 'deal_closed', deal_id: 'd1' }, secret }));
assert.equal(new Response(reply.body, reply).status, 200);
assert.deepEqual(handled, [...paths.map((path) => `${path} red`), 'd1']);
server.close();
server.closeAllConnections();
console.log('received');
