'use strict';
// The router in the wrapper of a package that is named as argument.
const express = require('express');
const { proveServed, receiver } = require('./kit.cjs');
const wrap = require(process.argv[2]);

const path = '/webhooks/bigmind';

(async () => {
  for (const method of ['use', 'post', 'all'])
    await proveServed(express()[method](path, wrap(receiver().router)), path);
})();
