// The runtime itself: the router in its `node:http`, `receive()`, and both ways to load the package.
import { createRequire } from 'node:module';
import { bigmindWebhooks } from 'bigmind-webhooks';
import kit from './kit.cjs';

const required = createRequire(import.meta.url)('bigmind-webhooks');
if (required.bigmindWebhooks !== bigmindWebhooks) throw new Error('The package is loaded twice.');
const webhooks = kit.receiver();
await kit.prove(async (delivery) => (await webhooks.receive(delivery)).status);
const context = { kept: process.argv[2] !== 'no-context' };
await kit.proveServed(kit.receiver().router, '/webhooks/bigmind', context);
const { default: express } = await import('express');
await kit.proveServed(express().use('/webhooks/bigmind', kit.receiver().router), '/webhooks/bigmind', context);
kit.proved('receive()', 'router', 'Express');
