// `receive()` against its floor: one HMAC and one JSON.parse of the same bytes, which nobody can do without.
import { createHmac } from 'node:crypto';
import { sizeText } from '../harness/size-text.mjs';
import { countOf, timed } from '../harness/timed.mjs';
import { deliveries, secret } from '../load/deliveries.mjs';
import { receiver } from '../load/receiver.mjs';

export function receiving({ bytes, text = 'ASCII', goal }) {
  const { receiveAll } = receiver();
  const count = countOf(bytes);
  const make = deliveries(bytes, { text });
  const at = `${sizeText(bytes)}, ${text}`;
  const what = 'receive() to its floor';
  const means =
    'the time of `receive()` with `logger: false` and a synchronous handler. Divided by the time of one HMAC and one ' +
    '`JSON.parse` of the same bytes.';
  return {
    name: `${what}, ${at}`,
    unit: 'µs a delivery',
    contenders: {
      'receive()': timed({ count, make, run: receiveAll }),
      'HMAC + JSON.parse': timed({ count, make, run: atLeast }),
    },
    rows: [{ what, at, means, goal: { atMost: goal }, ratio: (took) => took['receive()'] / took['HMAC + JSON.parse'] }],
  };
}

function atLeast(deliveries) {
  for (const { body } of deliveries) {
    createHmac('sha256', secret).update(body).digest('hex');
    JSON.parse(body.toString('utf8'));
  }
}
