'use strict';
// serverless-http around an app of Express, with every shape of event.
const express = require('express');
const serverless = require('serverless-http');
const { events } = require('./events.cjs');
const { prove, proved, receiver } = require('./kit.cjs');

(async () => {
  for (const { eventOf } of events) {
    for (const method of ['use', 'post']) {
      const handler = serverless(express()[method]('/webhooks/bigmind', receiver().router));
      await prove(async (delivery) => (await handler(eventOf(delivery), {})).statusCode);
    }
  }
  proved(`${events.length} shapes of events`);
})();
