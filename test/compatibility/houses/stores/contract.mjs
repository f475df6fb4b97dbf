// A store on the connection of the package that is named as argument: the whole contract of a store, then deliveries.
import { randomUUID } from 'node:crypto';
import { connections } from './connections.mjs';
import kit from './kit.cjs';
import { keepPromises } from './promises.mjs';

const { storeContract } = await import('bigmind-webhooks/testing');
const namespace = `compatibility-${randomUUID()}`;
const { pool, client, end } = await connections[process.argv[2]]();
const store = await storeOn();

async function storeOn() {
  if (client !== undefined) return (await import('bigmind-webhooks/redis')).redisStore({ client, namespace });
  const { postgresStore } = await import('bigmind-webhooks/postgres');
  const made = postgresStore({ pool, namespace });
  await made.migrate();
  return made;
}

await keepPromises('store', storeContract({ store: () => store, shortLeaseMs: 300 }));
// Another receiver on the same store, as in another process, knows what the first has handled.
const receivers = [0, 1].map(() => kit.receiver({ deduplicate: { store } }));
let turn = 0;
await kit.prove(async (delivery) => (await receivers[turn++ % 2].receive(delivery)).status);
// Keys of Redis end by themselves.
await pool?.query('DELETE FROM bigmind_webhook_deliveries WHERE namespace = $1', [namespace]);
await end();
process.exit(0);
