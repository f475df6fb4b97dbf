'use strict';
// What every house shares: a receiver, and the deliveries that it is tried with. CommonJS, so that anything can load it.
const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const { appendFileSync } = require('node:fs');
const http = require('node:http');
const { Server } = require('node:net');

const secret = 'the secret of the house';

/** Which delivery the code is called for, as a tracer or a logger of the user's would keep it. */
const context = new AsyncLocalStorage();

/** What handlers got: `{ event, context }`. */
const seen = [];

function saw(event) {
  seen.push({ event, context: context.getStore() });
}

const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const slowMs = 200;

/** A receiver whose handlers tell `seen`; the one of to-dos takes its time. */
function receiver(options) {
  const { bigmindWebhooks } = require('bigmind-webhooks');
  const webhooks = bigmindWebhooks({ secret, logger: { level: 'error' }, ...options });
  webhooks.on('notes_created', (event) => saw(event.data.note_id));
  webhooks.on('todo_created', async (event) => {
    await delay(slowMs);
    saw(event.data.id);
  });
  return webhooks;
}

/** For a block of the documents, whose handlers write to the console: what they write is what they got. */
function watchConsole() {
  console.log = (...words) => saw(words.join(' '));
}

/** Tells the bench what was seen to work. */
function proved(...proofs) {
  appendFileSync(process.env.COMPATIBILITY_PROOFS, `${proofs.join('\n')}\n`);
}

let count = 0;

/** A delivery like no other, which every handler of a test is to get once. */
function delivery(event, signedWith = secret) {
  const { examplePayload, signDelivery } = require('bigmind-webhooks/testing');
  count += 1;
  const payload = { ...examplePayload(event), timestamp: new Date(Date.UTC(2026, 0, 1) + count).toISOString() };
  return signDelivery({ payload, secret: signedWith });
}

/**
 * Tries a way to a receiver. `send({ headers, body }, id)` resolves to the status; `id` is what the handler's context has to be.
 * With `slow`, there is a handler that takes its time; with `context`, the way of a delivery keeps its context.
 */
async function prove(send, options = {}) {
  const { slow = true, kept = true } = options;
  const ask = (what) => {
    count += 1;
    const id = `context ${count}`;
    return context.run(id, async () => ({ id, status: await send(what, id) }));
  };
  seen.length = 0;
  const notes = delivery('notes_created');
  const first = await ask(notes);
  assert.equal(first.status, 200, 'a signed delivery');
  assert.equal(seen.length, 1, 'the handler is called once for a signed delivery');
  if (kept) assert.equal(seen[0].context, first.id, 'the handler runs in the context of its request');
  assert.equal((await ask(notes)).status, 200, 'a repeat');
  assert.equal(seen.length, 1, 'no handler is called for a repeat');
  const forged = delivery('notes_created', 'the secret of somebody else');
  assert.equal((await ask(forged)).status, 401, 'a forged delivery');
  const unsigned = { ...forged, headers: { 'content-type': 'application/json' } };
  assert.equal((await ask(unsigned)).status, 401, 'a delivery without a signature');
  assert.equal(seen.length, 1, 'no handler is called for a forged delivery');
  if (slow) {
    assert.equal((await ask(delivery('todo_created'))).status, 200, 'a delivery with a slow handler');
    assert.equal(seen.length, 2, 'the answer waits for the handler');
  }
  proved('signed', 'repeated', 'forged', ...(slow ? ['slow'] : []), ...(kept ? ['context'] : []));
}

/** Every request runs in a context that its header names, as under a tracer that was loaded first. */
function keepContexts() {
  const { emit } = http.Server.prototype;
  http.Server.prototype.emit = function emitInContext(name, request, ...rest) {
    if (name !== 'request') return emit.call(this, name, request, ...rest);
    return context.run(request.headers['x-context'], () => emit.call(this, name, request, ...rest));
  };
}
keepContexts();

/** Sends deliveries to a port over real HTTP; not by `fetch`, which environments of tests replace. */
function toPort(port, path = '/webhooks/bigmind') {
  return ({ headers, body }, id) =>
    new Promise((resolve, reject) => {
      const options = { port, path, method: 'POST', headers: { ...headers, 'x-context': id } };
      const request = http.request({ host: '127.0.0.1', ...options }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode));
      });
      request.once('error', reject).end(body);
    });
}

/** Proves a listener or a server, over HTTP. */
async function proveServed(listener, path, options) {
  const server = listener instanceof Server ? listener : http.createServer(listener);
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await prove(toPort(server.address().port, path), options);
  } finally {
    server.close();
    server.closeAllConnections?.();
  }
}

/** Whatever port others listen on, it is a free one; resolves to it. Call it before they do. */
function freePort() {
  const { listen } = Server.prototype;
  return new Promise((resolve) => {
    Server.prototype.listen = function listenOnFreePort(...args) {
      const callback = args.findLast((each) => typeof each === 'function');
      this.once('listening', () => resolve(this.address().port));
      return listen.call(this, 0, '127.0.0.1', callback);
    };
  });
}

/** A house fails as soon as anything goes wrong unnoticed. */
process.on('unhandledRejection', (error) => {
  console.error(error);
  process.exit(1);
});

module.exports = {
  context,
  delay,
  delivery,
  freePort,
  prove,
  proved,
  proveServed,
  receiver,
  saw,
  secret,
  seen,
  toPort,
  watchConsole,
};
