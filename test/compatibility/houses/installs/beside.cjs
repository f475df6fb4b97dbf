'use strict';
// What a user has of other versions stays as it was, and `receive()` needs none of it.
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { prove, proved, receiver } = require('./kit.cjs');

const wanted = JSON.parse(process.argv[2]);
for (const [name, version] of Object.entries(wanted)) {
  const { version: found } = JSON.parse(readFileSync(join('..', 'node_modules', name, 'package.json'), 'utf8'));
  assert.equal(found, version);
}
proved('installed');
const webhooks = receiver();
prove(async (delivery) => (await webhooks.receive(delivery)).status);
