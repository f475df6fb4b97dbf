'use strict';
// Calls the Lambda example as the platform would: every other body comes in base64, as binary media types do.
const { readFileSync, writeFileSync } = require('node:fs');

const [output, handlerModule, webhooksModule] = process.argv.slice(2);
const { handler } = require(handlerModule);
const { webhooks } = require(webhooksModule);

function eventOf({ headers, body }, index) {
  const isBase64Encoded = index % 2 === 1;
  return {
    version: '2.0',
    headers,
    body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded,
    requestContext: { http: { method: 'POST' } },
  };
}

async function drive() {
  const seen = [];
  webhooks.on('*', (event) => void seen.push(event), { name: 'the test' });
  const replies = [];
  for (const [index, delivery] of JSON.parse(readFileSync(0, 'utf8')).entries()) {
    const { statusCode, body } = await handler(eventOf(delivery, index));
    replies.push({ status: statusCode, body });
  }
  writeFileSync(output, JSON.stringify({ replies, seen }));
}

drive();
