'use strict';

// What Jest loads for 'fast-check'. A setup file would load it for every suite, and few have properties.
const fc = require('fast-check/unseeded');
const { propertySeed } = require('./seed.js');

fc.configureGlobal({ seed: propertySeed() });

module.exports = fc;
