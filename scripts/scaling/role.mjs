// A web or a worker process: `node role.mjs <web|worker> <mode> <servers as JSON> [concurrency]`. Ends when told to.
import { createServer } from 'node:http';
import express from 'express';
import { path } from './deliveries.mjs';
import { receiverIn } from './modes.mjs';

const [role, mode, servers, concurrency] = process.argv.slice(2);
let handled = 0;
const { webhooks, close } = await receiverIn(mode, JSON.parse(servers), () => {
  handled += 1;
});
let server;
if (role === 'web') {
  server = createServer(express().use(path, webhooks.router)).listen(0, '127.0.0.1', () => {
    process.send({ port: server.address().port });
  });
} else {
  await webhooks.work({ concurrency: Number(concurrency) });
  process.send({});
}

process.on('message', async (message) => {
  if (message === 'tell') {
    const { user, system } = process.cpuUsage();
    const { rss } = process.memoryUsage();
    return process.send({ handled, at: performance.now(), cpuMs: (user + system) / 1000, rss });
  }
  server?.close();
  server?.closeAllConnections();
  await close();
  process.disconnect();
});
