// `receive()` against its floor, with a sync handler and in-memory de-duplication, over deliveries that are all
// different, as they are in life: a repeat would be answered from memory.
import { createHmac } from 'node:crypto';
import bigmind from '../dist/index.js';
import testing from '../dist/testing/index.js';

const secret = 'a secret of the benchmark';
const placeholder = 'mtg_000000000';

/** @param {number} bytes the size of each delivery */
export function receiving(bytes) {
  // Batches long enough for the clock, and few enough bytes to keep in memory before they are received.
  const perRound = Math.max(4, Math.round(6_000_000 / (bytes + 1000)));
  const webhooks = bigmind.bigmindWebhooks({ secret, logger: false });
  let handled = 0;
  webhooks.on('transcription_created', () => {
    handled += 1;
  });
  const template = deliveryOf(bytes);
  let made = 0;
  const next = () => {
    made += 1;
    return signed(template.replace(placeholder, `mtg_${String(made).padStart(9, '0')}`));
  };
  return {
    name: `${bytes / 1000} KB`,
    perRound,
    prepare: () => Array.from({ length: perRound }, next),
    contenders: [
      {
        name: 'floor: one HMAC, one JSON.parse',
        run(deliveries) {
          for (const { body } of deliveries) {
            createHmac('sha256', secret).update(body).digest('hex');
            JSON.parse(body.toString('utf8'));
          }
        },
      },
      {
        name: 'receive()',
        async run(deliveries) {
          const before = handled;
          for (const delivery of deliveries) await webhooks.receive(delivery);
          if (handled - before !== deliveries.length) throw new Error('bench: a delivery was not handled');
        },
      },
    ],
  };
}

/** A delivery of exactly `bytes` bytes, with a placeholder for what tells it from others. */
function deliveryOf(bytes) {
  const payload = (transcript) =>
    testing.examplePayload('transcription_created', { data: { meeting_id: placeholder, transcript } });
  const missing = bytes - Buffer.byteLength(JSON.stringify(payload('')));
  if (missing < 0) throw new Error(`bench: the smallest delivery has ${bytes - missing} bytes`);
  const line = '<p>Jane Smith: what would it take to go live in March? </p>';
  return JSON.stringify(payload(line.repeat(Math.ceil(missing / line.length)).slice(0, missing)));
}

function signed(payload) {
  const { headers, body } = testing.signDelivery({ payload, secret });
  return { headers, body: Buffer.from(body) };
}
