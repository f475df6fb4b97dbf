'use strict';

/** The seed of all property tests. Without PROPERTY_SEED it is always the same, so that `npm test` is as well. */
function propertySeed() {
  const given = process.env.PROPERTY_SEED ?? '20261101';
  const seed = Number(given);
  if (!/^-?\d+$/.test(given) || Math.abs(seed) > 0x7fffffff) {
    throw new Error(`PROPERTY_SEED: expected a whole number of 32 bits, got ${given}.`);
  }
  return seed;
}

exports.propertySeed = propertySeed;
