'use strict';
// Calls the Next.js example as the framework would, with the platform's own Request.
const { readFileSync, writeFileSync } = require('node:fs');

const [output, routeModule, webhooksModule] = process.argv.slice(2);
const { POST } = require(routeModule);
const { getWebhooks } = require(webhooksModule);

async function drive() {
  const seen = [];
  getWebhooks().on('*', (event) => void seen.push(event), { name: 'the test' });
  const replies = [];
  for (const { headers, body } of JSON.parse(readFileSync(0, 'utf8'))) {
    const request = new Request('https://app.example/webhooks/bigmind', { method: 'POST', headers, body });
    const response = await POST(request);
    replies.push({ status: response.status, body: await response.text() });
  }
  writeFileSync(output, JSON.stringify({ replies, seen }));
}

drive();
