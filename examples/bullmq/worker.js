import { onStop } from './on-stop.js';
import { disconnect, webhooks } from './webhooks.js';

onStop(async () => {
  // Waits for the handlers that run; what is not done by then, another worker does.
  await webhooks.close({ timeoutMs: 20_000 });
  await disconnect();
});

await webhooks.work({ concurrency: 10 });
console.log('Deliveries are handled');
