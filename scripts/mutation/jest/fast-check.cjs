'use strict';

// What Jest loads for 'fast-check' while there are mutants: few runs, from the usual seed, and no shrinking.
const fc = require('../../../test/properties/fast-check.js');

const mostRuns = 100;

const few = (parameters = {}) => ({
  ...parameters,
  numRuns: Math.min(parameters.numRuns ?? mostRuns, mostRuns),
  endOnFailure: true,
});

module.exports = { ...fc, assert: (property, parameters) => fc.assert(property, few(parameters)) };
