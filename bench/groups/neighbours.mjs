// `receive()` against what others call verifying: they neither validate nor remember, and call no handler. Each is
// given what its own scheme signs, and ours is pinned to it.
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import bigmind from '../../dist/index.js';
import { sizeText } from '../harness/size-text.mjs';
import { countOf, timed } from '../harness/timed.mjs';
import { deliveries, secret } from '../load/deliveries.mjs';
import { receiver } from '../load/receiver.mjs';

export function againstStandardWebhooks(bytes) {
  const webhook = new Webhook(secret);
  return against('standardwebhooks verify()', bytes, bigmind.standardWebhooks(), ({ body, headers }) =>
    webhook.verify(body, headers),
  );
}

export function againstStripe(bytes) {
  const { webhooks } = new Stripe('sk_test_of_the_benchmark');
  const header = 'stripe-signature';
  return against('stripe constructEvent()', bytes, bigmind.timestampedHmac({ header }), ({ body, headers }) =>
    webhooks.constructEvent(body, headers[header], secret),
  );
}

function against(neighbour, bytes, scheme, verify) {
  const { receiveAll } = receiver({ signature: scheme });
  const count = countOf(bytes);
  const make = deliveries(bytes, { scheme });
  const at = sizeText(bytes);
  const what = `${neighbour} to receive()`;
  return {
    name: `${what}, ${at}`,
    unit: 'µs a delivery',
    contenders: {
      'receive()': timed({ count, make, run: receiveAll }),
      [neighbour]: timed({
        count,
        make,
        run(deliveries) {
          for (const delivery of deliveries) verify(delivery);
        },
      }),
    },
    rows: [{ what, at, goal: { atLeast: 1 }, ratio: (took) => took[neighbour] / took['receive()'] }],
  };
}
