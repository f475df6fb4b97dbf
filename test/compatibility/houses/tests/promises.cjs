'use strict';
// What a test of a user's does, whatever runs it.
const assert = require('node:assert/strict');
const express = require('express');
const { delay, delivery, proved, proveServed, receiver } = require('./kit.cjs');

/** Deliveries over HTTP reach a handler. */
async function delivers() {
  await proveServed(express().use('/webhooks/bigmind', receiver().router), '/webhooks/bigmind');
}

const timeoutMs = 150;

/** A receiver with a handler that never ends, which is given up after `timeoutMs`; and its answer. */
function unended() {
  const webhooks = receiver({ timeoutMs });
  webhooks.on('email_sent', () => new Promise(() => {}));
  return webhooks.receive(delivery('email_sent'));
}

/** A deadline fires by the fake clock, and by the real one after it. `fake` starts a clock: `{ advance(ms), end() }`. */
async function deadlines(fake) {
  const clock = fake();
  const answer = unended();
  await clock.advance(10 * timeoutMs);
  assert.equal((await answer).status, 503);
  clock.end();
  const late = await Promise.race([unended(), delay(20 * timeoutMs)]);
  assert.equal(late?.status, 503, 'a deadline fires after the clock was faked');
  proved('fake timers');
}

module.exports = { deadlines, delivers };
