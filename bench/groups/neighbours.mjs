// `receive()` against what others call verifying: they neither validate nor remember, and call no handler. Each is
// given what its own scheme signs, and ours is pinned to it.
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import bigmind from '../../dist/index.js';
import { sizeText } from '../harness/size-text.mjs';
import { countOf, timed } from '../harness/timed.mjs';
import { deliveries, secret } from '../load/deliveries.mjs';
import { receiver } from '../load/receiver.mjs';

/** @param goal none, or at least how many times the time of `receive()` */
export function againstStandardWebhooks(bytes, goal) {
  const webhook = new Webhook(secret);
  return against('standardwebhooks verify()', {
    bytes,
    goal,
    scheme: bigmind.standardWebhooks(),
    verify: ({ body, headers }) => webhook.verify(body, headers),
  });
}

export function againstStripe(bytes) {
  const { webhooks } = new Stripe('sk_test_of_the_benchmark');
  const header = 'stripe-signature';
  return against('stripe constructEvent()', {
    bytes,
    scheme: bigmind.timestampedHmac({ header }),
    verify: ({ body, headers }) => webhooks.constructEvent(body, headers[header], secret),
  });
}

function against(neighbour, { bytes, scheme, verify, goal }) {
  const { receiveAll } = receiver({ signature: scheme });
  const count = countOf(bytes);
  const make = deliveries(bytes, { scheme });
  const at = sizeText(bytes);
  const what = `${neighbour} to receive()`;
  const means = `the time of ${neighbour}, which neither validates nor remembers, and calls no handler. Divided by the time of \`receive()\`, which does.`;
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
    rows: [{ what, at, means, goal, ratio: (took) => took[neighbour] / took['receive()'] }],
  };
}
