'use strict';

const { propertySeed } = require('./seed.js');

/** Once a run, before the first suite. */
module.exports = function printSeed() {
  console.log(`The property tests draw their input from PROPERTY_SEED=${propertySeed()}.`);
};
