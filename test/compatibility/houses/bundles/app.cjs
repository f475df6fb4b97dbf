'use strict';
// An app that is bundled, with the package and Express inside.
const express = require('express');
const { proved, proveServed, receiver } = require('./kit.cjs');

(async () => {
  await proveServed(express().use('/webhooks/bigmind', receiver().router), '/webhooks/bigmind');
  proved('bundle');
})();
