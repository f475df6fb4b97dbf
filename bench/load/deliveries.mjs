// Deliveries that are all different, as they are in life: a repeat would be answered from memory.
import { createHmac } from 'node:crypto';
import testing from '../../dist/testing/index.js';

/** Under `whsec_`, as Standard Webhooks and Stripe have theirs. */
export const secret = `whsec_${Buffer.from('a secret of the benchmark, in 32').toString('base64')}`;
export const event = 'transcription_created';

const placeholder = 'mtg_000000000';
const lines = {
  ASCII: '<p>Jane Smith: what would it take to go live in March? </p>',
  'not ASCII': '<p>Jörg Müller: Was müsste bis März geschehen? </p><p>佐藤: 三月の公開には何が必要ですか。</p>',
};

/** A function that returns another payload, as text of exactly so many bytes, each time. */
export function payloads(bytes, text = 'ASCII') {
  const payload = (transcript) =>
    JSON.stringify(testing.examplePayload(event, { data: { meeting_id: placeholder, transcript } }));
  const missing = bytes - Buffer.byteLength(payload(''));
  if (missing < 0) throw new Error(`bench: the smallest delivery has ${bytes - missing} bytes`);
  const line = lines[text];
  const filling = line.repeat(Math.floor(missing / Buffer.byteLength(line)));
  const [before, after] = payload(filling.padEnd(filling.length + missing - Buffer.byteLength(filling), '-')).split(
    placeholder,
  );
  let made = 0;
  return () => {
    made += 1;
    return `${before}mtg_${String(made).padStart(9, '0')}${after}`;
  };
}

/** The same, signed: by default with the plain HMAC that `'auto'` recognises. */
export function deliveries(bytes, { text, scheme } = {}) {
  const next = payloads(bytes, text);
  return () => {
    const { headers, body } = testing.signDelivery({ payload: next(), secret, scheme });
    return { headers, body: Buffer.from(body) };
  };
}

/** As GitHub signs and describes what it sends. */
export function gitHubDeliveries(bytes) {
  const next = payloads(bytes);
  let made = 0;
  return () => {
    const body = Buffer.from(next());
    made += 1;
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    };
    return { headers, body };
  };
}
