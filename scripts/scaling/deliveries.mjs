// Deliveries that are all different, as they are in life.
import { examplePayload, signDelivery } from 'bigmind-webhooks/testing';

export const secret = 'the secret of the measurement';
export const event = 'transcription_created';
export const path = '/webhooks/bigmind';
const words =
  'we would like to go live in March if legal has signed and what about the price of it they asked Jane'.split(' ');
let made = 0;

/** `count` of them, of `bytes` each. */
export function deliveries(count, bytes) {
  return Array.from({ length: count }, () => {
    made += 1;
    const data = { meeting_id: `mtg_${String(made).padStart(12, '0')}`, transcript: '' };
    const bare = Buffer.byteLength(JSON.stringify(examplePayload(event, { data })));
    data.transcript = speech(bytes - bare);
    return signDelivery({ payload: examplePayload(event, { data }), secret });
  });
}

/** Words in no order: the same line again and again would be compressed to nothing by PostgreSQL. */
function speech(length) {
  let text = '';
  while (text.length < length) text += `${words[Math.floor(Math.random() * words.length)]} `;
  return text.slice(0, length);
}

/** The bytes of their HTTP requests, made before the clock runs. */
export function requests(count, bytes) {
  return deliveries(count, bytes).map(({ headers, body }) => {
    const fields = Object.entries({ host: '127.0.0.1', ...headers, 'content-length': Buffer.byteLength(body) });
    const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n${body}`);
  });
}
