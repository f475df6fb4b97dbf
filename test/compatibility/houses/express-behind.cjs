'use strict';
// The router behind a middleware of others, which is named as argument, for the whole app.
const express = require('express');
const { proveServed, receiver } = require('./kit.cjs');

const name = process.argv[2];
const given = require(name);
const middleware = {
  helmet: () => given(),
  compression: () => given({ threshold: 0 }),
  morgan: () => given('combined'),
  'express-rate-limit': () => given.rateLimit({ limit: 100 }),
  multer: () => given({ dest: undefined }).any(),
};
const path = '/webhooks/bigmind';

(async () => {
  for (const method of ['use', 'post']) {
    const app = express();
    app.use(middleware[name]());
    await proveServed(app[method](path, receiver().router), path);
  }
})();
