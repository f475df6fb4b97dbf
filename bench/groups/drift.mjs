// What looking for drift adds to a delivery: a receiver with a listener against one that nobody listens to.
import testing from '../../dist/testing/index.js';
import { sizeText } from '../harness/size-text.mjs';
import { countOf, timed } from '../harness/timed.mjs';
import { deliveries, secret } from '../load/deliveries.mjs';
import { receiver } from '../load/receiver.mjs';

const event = 'scorecard_answers_created';

/** Of one text, as most deliveries are. */
export const drift = (bytes) => driftOf(sizeText(bytes), bytes, deliveries(bytes), receiver);

/** Of many small objects, each of whose properties has to be looked up: the most that it can cost. */
export function driftOfAnswers(bytes) {
  const scorecard = testing.examplePayload(event);
  const [answer] = scorecard.data.questions_and_answers;
  const count = Math.round(bytes / JSON.stringify(answer).length);
  let made = 0;
  function make() {
    made += 1;
    const data = { scorecard_id: `sc_${made}`, questions_and_answers: Array(count).fill(answer) };
    const { headers, body } = testing.signDelivery({ payload: testing.examplePayload(event, { data }), secret });
    return { headers, body: Buffer.from(body) };
  }
  return driftOf(`${sizeText(bytes)} of answers`, bytes, make, () => receiver({ event }));
}

function driftOf(at, bytes, make, receiverOf) {
  const count = countOf(bytes);
  const looking = receiverOf();
  looking.webhooks.onDrift(() => {});
  const what = 'looking for drift';
  const means = 'the time of `receive()` with a listener of `onDrift`. Divided by its time when nothing listens.';
  return {
    name: `${what}, ${at}`,
    unit: 'µs a delivery',
    contenders: {
      'with onDrift': timed({ count, make, run: looking.receiveAll }),
      without: timed({ count, make, run: receiverOf().receiveAll }),
    },
    rows: [{ what, at, means, goal: { atMost: 1.03 }, ratio: (took) => took['with onDrift'] / took.without }],
  };
}
