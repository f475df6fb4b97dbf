/** Random numbers that a seed repeats (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  function next() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (end) => Math.floor(next() * end);
  const oneOf = (list) => list[below(list.length)];
  const bytes = (most) => Buffer.from(Array.from({ length: below(most + 1) }, () => below(256)));
  return { below, oneOf, bytes, chance: (share) => next() < share };
}
