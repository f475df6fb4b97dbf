// `npm run send -- note_1` stands for Bigmind: it sends a signed delivery. The same again is a repeat of the same one.
import { examplePayload, signDelivery } from 'bigmind-webhooks/testing';

const [note_id = 'note_1'] = process.argv.slice(2);
const payload = examplePayload('notes_created', { data: { note_id } });
const { headers, body } = signDelivery({ payload, secret: process.env.BIGMIND_WEBHOOK_SECRET });
const url = `http://127.0.0.1:${process.env.PORT ?? 3000}/webhooks/bigmind`;
const reply = await fetch(url, { method: 'POST', headers, body });
console.log(reply.status, await reply.text());
