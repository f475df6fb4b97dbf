'use strict';
// `npm run demo`: an Express app that receives every event of Bigmind's reference, and a few deliveries that it should
// not trust, over real HTTP. Says what became of each.
const { once } = require('node:events');
const { isDeepStrictEqual } = require('node:util');
const express = require('express');
const { bigmindWebhooks } = require('bigmind-webhooks');
const { demoDeliveries, secret } = require('./deliveries');
const { handlers } = require('./handlers');

/** The app, and the events that reached its handlers since it was last asked. */
function startApp() {
  const webhooks = bigmindWebhooks({ secret, logger: false });
  let seen = [];
  for (const [name, describe] of Object.entries(handlers)) {
    webhooks.on(name, (event) => {
      seen.push({ event, words: describe(event) });
    });
  }

  const app = express();
  app.use('/webhooks/bigmind', webhooks.router); // before express.json()
  app.use(express.json());

  const server = app.listen(0, '127.0.0.1');
  return {
    ready: once(server, 'listening'),
    url: () => `http://127.0.0.1:${server.address().port}/webhooks/bigmind`,
    takeSeen() {
      const taken = seen;
      seen = [];
      return taken;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, webhooks.close()]);
    },
  };
}

/** Sends a delivery; what the sender is told, in the words of the outcome table. */
async function send(url, { headers, body }) {
  const reply = await fetch(url, { method: 'POST', headers, body });
  const answer = await reply.json();
  const outcome = typeof answer.status === 'string' ? answer.status : answer.code.toLowerCase();
  return { status: reply.status, outcome, error: answer.errors?.[0] };
}

/** A processed delivery must have reached one handler, as it was sent; any other none. */
function handledAsExpected({ expected, body }, seen) {
  if (expected.outcome !== 'processed') return seen.length === 0;
  return seen.length === 1 && isDeepStrictEqual(seen[0].event, JSON.parse(body));
}

function line(mark, title, status, outcome, words) {
  return `${mark.padEnd(4)}${title.padEnd(32)}${String(status).padEnd(8)}${outcome.padEnd(17)}${words}`.trimEnd();
}

/**
 * Sends the deliveries one after the other and prints a line for each.
 *
 * @returns how many ended in another way than expected
 */
async function runDemo({ deliveries = demoDeliveries(), print = console.log } = {}) {
  const app = startApp();
  await app.ready;
  let surprises = 0;
  print(line('', 'delivery', 'status', 'outcome', 'what the handler saw'));
  try {
    for (const delivery of deliveries) {
      const { expected, title } = delivery;
      const { status, outcome, error } = await send(app.url(), delivery);
      const seen = app.takeSeen();
      const asExpected =
        outcome === expected.outcome && status === expected.status && handledAsExpected(delivery, seen);
      const where = error === undefined ? '' : `: ${error.pointer} ${error.detail}`;
      const words = seen.length === 0 ? `(not called)${where}` : seen.map((each) => each.words).join(' and ');
      print(line(asExpected ? 'ok' : 'NO', title, status, outcome, words));
      if (!asExpected) print(`    expected ${expected.status} ${expected.outcome}`);
      if (!asExpected) surprises += 1;
    }
  } finally {
    await app.stop();
  }
  print(`\n${deliveries.length} deliveries sent, ${deliveries.length - surprises} ended as expected.`);
  return surprises;
}

/** Runs the demo as a command: exits 1 if anything ended in another way than expected. */
async function main(options) {
  const surprises = await runDemo(options);
  process.exitCode = surprises === 0 ? 0 : 1;
}

module.exports = { main, runDemo };

if (require.main === module) main();
