// What should not cost more where there is more of it: handlers of other events, remembered keys, deliveries in flight.
import bigmind from '../../dist/index.js';
import { countOf, timed } from '../harness/timed.mjs';
import { deliveries, event } from '../load/deliveries.mjs';
import { receiver } from '../load/receiver.mjs';

const bytes = 700;
const count = countOf(bytes);
const make = deliveries(bytes);

export function handlers() {
  const others = bigmind.eventNames.filter((name) => name !== event);
  const withHandlers = (number) => {
    const { webhooks, receiveAll } = receiver();
    for (let n = 0; n < number; n += 1) webhooks.on(others[n % others.length], () => {}, { name: `handler ${n}` });
    return receiveAll;
  };
  return growth('handlers of other events', {
    few: withHandlers(1),
    many: withHandlers(1000),
    at: '1 → 1,000',
    atMost: 1.1,
    means: 'the time of `receive()` with 1,000 handlers of other events. Divided by its time with one.',
  });
}

export function remembered() {
  return growth('remembered keys', {
    few: remembering(1e3),
    many: remembering(1e6),
    at: '10³ → 10⁶',
    // The keys lie all over the memory, so that the processor finds fewer of them in its caches.
    atMost: 1.5,
    means: 'the time of `receive()` with a store in memory that is full with 10⁶ keys. Divided by its time with 10³.',
  });
}

export function inFlight() {
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
  const { receiveAll } = receiver({ handle: nextTurn });
  const oneByOne = (deliveries) => receiveAll(deliveries);
  const byHundreds = (deliveries) => receiveAll(deliveries, 100);
  return growth('deliveries in flight', {
    few: oneByOne,
    many: byHundreds,
    at: '1 → 100',
    atMost: 1.1,
    means: 'the time of a delivery when 100 are in flight. Divided by its time when they come one by one.',
  });
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

function growth(what, { few, many, at, atMost, means }) {
  return {
    name: `${what}, ${at}`,
    unit: 'µs a delivery',
    contenders: { few: timed({ count, make, run: few }), many: timed({ count, make, run: many }) },
    rows: [{ what: `more ${what}`, at, means, goal: { atMost }, ratio: (took) => took.many / took.few }],
  };
}
