// A store on the connection of the package that is named as argument: the whole contract of a store, then deliveries.
import { randomUUID } from 'node:crypto';
import { connections } from './connections.mjs';
import kit from './kit.cjs';

const { storeContract } = await import('bigmind-webhooks/testing');
const { store, close } = await connections[process.argv[2]](`compatibility-${randomUUID()}`);

const failed = [];
const cases = storeContract({ store: () => store, shortLeaseMs: 300 });
for (const { name, run } of cases) await run().catch((error) => failed.push(new Error(name, { cause: error })));
if (failed.length > 0) {
  for (const error of failed) console.error(error);
  process.exit(1);
}
kit.proved(`${cases.length} promises of a store`);
// Another receiver on the same store, as in another process, knows what the first has handled.
const receivers = [0, 1].map(() => kit.receiver({ deduplicate: { store } }));
let turn = 0;
await kit.prove(async (delivery) => (await receivers[turn++ % 2].receive(delivery)).status);
await close();
process.exit(0);
