'use strict';
// Requests that are not Node's own, as tests and adapters make them.
const { EventEmitter } = require('node:events');
const inject = require('light-my-request');
const { createMocks } = require('node-mocks-http');
const { prove, receiver } = require('./kit.cjs');

const url = '/webhooks/bigmind';

(async () => {
  const { router } = receiver();
  await prove(async ({ headers, body }) => {
    const answer = await inject((request, response) => router(request, response), {
      method: 'POST',
      url,
      headers,
      payload: body,
    });
    return answer.statusCode;
  });
  const other = receiver();
  await prove(async ({ headers, body }) => {
    const { req, res } = createMocks({ method: 'POST', url, headers, body }, { eventEmitter: EventEmitter });
    const ended = new Promise((resolve) => res.on('end', resolve));
    other.router(req, res);
    await ended;
    return res.statusCode;
  });
})();
