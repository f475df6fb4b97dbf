// The prose of docs/frameworks.md between the blocks, which `npm run test:compatibility` runs.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import request from 'supertest';
import { bigmindWebhooks } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { readDocument } from './markdown';

const page = readDocument('docs/frameworks.md').replace(/\s+/g, ' ');
const secret = 'a secret';
const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });

function receiver() {
  return bigmindWebhooks({ secret, logger: false }).on('notes_created', () => {});
}

test('without a `next`, the router answers every path', async () => {
  expect(page).toContain('Without a `next`, the router answers every path.');
  const server = createServer(receiver().router).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const path of ['/', '/webhooks/bigmind', '/any/where?at=all']) {
    const { status } = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
    expect(status).toBe(200);
  }
  server.closeAllConnections();
  server.close();
});

test('a JSON parser that keeps no bytes makes every delivery 500, and its own limit answers before the router', async () => {
  expect(page).toContain(
    "every delivery is 500 (`BODY_ALREADY_PARSED`). Over the parser's limit, Nest answers 413 itself.",
  );
  const app = express().use(express.json()).use('/webhooks/bigmind', receiver().router);
  const parsed = await request(app).post('/webhooks/bigmind').set(headers).send(body);
  expect([parsed.status, parsed.body.code]).toEqual([500, 'BODY_ALREADY_PARSED']);
  const large = JSON.stringify({ ...examplePayload('notes_created'), more: 'x'.repeat(200_000) });
  const tooLarge = await request(app).post('/webhooks/bigmind').set(headers).send(large);
  expect([tooLarge.status, tooLarge.body.code]).toEqual([413, undefined]);
});

test('what was parsed and written again has another signature', async () => {
  expect(page).toContain('what was parsed and written again has another signature');
  const again = JSON.stringify(JSON.parse(body), null, 1);
  expect((await receiver().receive({ headers, body })).status).toBe(200);
  expect((await receiver().receive({ headers, body: again })).status).toBe(401);
});
