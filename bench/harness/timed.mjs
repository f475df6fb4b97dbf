/**
 * A contender of this process: microseconds a delivery. The deliveries are made, and the young garbage of the one before
 * is collected, outside the clock. A whole collection would throw away the compiled code as well, which holds on weakly
 * to the shapes of objects of which there are none at that moment: `receive()` then took 17 to 21 µs instead of 11.
 */
export function timed({ count, make, run }) {
  return async function sample() {
    const deliveries = Array.from({ length: count }, make);
    globalThis.gc({ type: 'minor' });
    const start = process.hrtime.bigint();
    await run(deliveries);
    return Number(process.hrtime.bigint() - start) / 1000 / count;
  };
}

/** How many deliveries make a round of 5 to 30 ms: enough for the clock, and few enough to keep before they are run. */
export function countOf(bytes) {
  return Math.max(4, Math.round(2_400_000 / (bytes + 900)));
}
