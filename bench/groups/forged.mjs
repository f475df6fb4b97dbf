// What a forged delivery costs: it has the right headers and another digest.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { sizeText } from '../harness/size-text.mjs';
import { countOf, timed } from '../harness/timed.mjs';
import { deliveries, secret } from '../load/deliveries.mjs';
import { receiver } from '../load/receiver.mjs';

const header = 'x-bigmind-signature';
const further = ['a second secret of the benchmark', 'a third secret of the benchmark'];

/** @param furtherSecret the goal of a further secret */
export function forged(bytes, furtherSecret) {
  const count = countOf(bytes);
  const genuine = deliveries(bytes);
  const make = () => forge(genuine());
  const at = sizeText(bytes);
  return {
    name: `forged deliveries, ${at}`,
    unit: 'µs a delivery',
    contenders: {
      genuine: timed({ count, make: genuine, run: receiver().receiveAll }),
      forged: timed({ count, make, run: refuseAll(secret) }),
      'forged, 3 secrets': timed({ count, make, run: refuseAll([secret, ...further]) }),
      'HMAC and comparison': timed({ count, make, run: compareAll }),
    },
    rows: [
      {
        what: 'forged to genuine',
        at,
        means:
          'the time of a delivery with a wrong signature, which is answered 401. Divided by the time of a genuine one.',
        goal: { atMost: 1.5 },
        ratio: (took) => took.forged / took.genuine,
      },
      {
        what: 'a further secret to an HMAC and its comparison',
        at,
        means:
          'the time that each further secret adds to a delivery with a wrong signature. Divided by the time of one HMAC ' +
          'and one `timingSafeEqual`.',
        goal: { atMost: furtherSecret },
        ratio: (took) => (took['forged, 3 secrets'] - took.forged) / further.length / took['HMAC and comparison'],
      },
    ],
  };
}

/** Another last digit: the rest of the digest has to be looked at. */
function forge({ headers, body }) {
  const digest = headers[header];
  return { headers: { ...headers, [header]: digest.slice(0, -1) + (digest.endsWith('0') ? '1' : '0') }, body };
}

function refuseAll(secrets) {
  const { webhooks } = receiver({ secret: secrets });
  return async (deliveries) => {
    for (const delivery of deliveries) {
      const { status } = await webhooks.receive(delivery);
      if (status !== 401) throw new Error(`bench: a forged delivery was answered ${status}`);
    }
  };
}

/** What nobody can do without who asks whether a secret signs a body. */
function compareAll(deliveries) {
  const another = Buffer.alloc(32);
  for (const { body } of deliveries) timingSafeEqual(createHmac('sha256', secret).update(body).digest(), another);
}
