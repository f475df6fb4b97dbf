// What should not cost more where there is more of it: handlers of other events, remembered keys, deliveries in flight.
import bigmind from '../../dist/index.js';
import { countOf, timed } from '../harness/timed.mjs';
import { deliveries, event } from '../load/deliveries.mjs';
import { receiver } from '../load/receiver.mjs';

const bytes = 700;
const atMost = 1.1;
const count = countOf(bytes);
const make = deliveries(bytes);

export function handlers() {
  const others = bigmind.eventNames.filter((name) => name !== event);
  const withHandlers = (number) => {
    const { webhooks, receiveAll } = receiver();
    for (let n = 0; n < number; n += 1) webhooks.on(others[n % others.length], () => {}, { name: `handler ${n}` });
    return receiveAll;
  };
  return growth('handlers of other events', withHandlers(1), withHandlers(1000), '1 → 1,000');
}

export function remembered() {
  return growth('remembered keys', remembering(1e3), remembering(1e6), '10³ → 10⁶');
}

export function inFlight() {
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
  const { receiveAll } = receiver({ handle: nextTurn });
  const oneByOne = (deliveries) => receiveAll(deliveries);
  const byHundreds = (deliveries) => receiveAll(deliveries, 100);
  return growth('deliveries in flight', oneByOne, byHundreds, '1 → 100');
}

/** A receiver whose store is full: it remembers so many keys all the time, and forgets one for each that comes. */
function remembering(keys) {
  const day = 86_400_000;
  const store = bigmind.memoryStore({ maxKeys: keys });
  for (let n = 0; n < keys; n += 1) {
    const key = n.toString(16).padStart(64, '0');
    store.complete(key, store.claim(key, day, day).token, day);
  }
  return receiver({ deduplicate: { store } }).receiveAll;
}

function growth(what, few, many, at) {
  return {
    name: `${what}, ${at}`,
    unit: 'µs a delivery',
    contenders: { few: timed({ count, make, run: few }), many: timed({ count, make, run: many }) },
    rows: [{ what: `more ${what}`, at, goal: { atMost }, ratio: (took) => took.many / took.few }],
  };
}
