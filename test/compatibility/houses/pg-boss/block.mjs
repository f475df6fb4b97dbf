// A block of docs/queues.md, on a database of its own; with an argument, in a folder.
import assert from 'node:assert/strict';
import { makeWebhooks } from './block.js';
import kit from './kit.cjs';
import { makeDatabase } from './places.mjs';

const [, , folder] = process.argv;
const database = folder === undefined ? await makeDatabase() : { url: folder, remove: () => undefined };
const webhooks = await makeWebhooks(database.url);
webhooks.on('notes_created', ({ data }) => kit.saw(data.note_id));
await webhooks.work();
const { status } = await webhooks.receive(kit.delivery('notes_created'));
const forged = await webhooks.receive(kit.delivery('notes_created', 'the secret of somebody else'));
for (let waited = 0; kit.seen.length === 0 && waited < 20_000; waited += 50) await kit.delay(50);
assert.deepEqual([status, forged.status, kit.seen.length], [200, 401, 1]);
await webhooks.close();
kit.proved('signed', 'forged');
await database.remove();
process.exit(0);
