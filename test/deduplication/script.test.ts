import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** A script that ends when nothing keeps its process alive: its store holds no connection open. */
const script = (failures: number, timeoutMs: number, receiveAndClose: string): string => `
import { bigmindWebhooks, memoryStore } from './src/index';
import { examplePayload, signDelivery } from './src/testing';

const secret = 'a secret of the script';
const store = memoryStore();
const complete = store.complete.bind(store);
let failures = ${failures};
store.complete = async (...given) => {
  if (failures-- > 0) throw new Error('away');
  console.log('recorded');
  return complete(...given);
};
const webhooks = bigmindWebhooks({ secret, logger: false, deduplicate: { store }, timeoutMs: ${timeoutMs} });
webhooks.on('notes_created', () => console.log('handled'));
const delivery = signDelivery({ payload: examplePayload('notes_created'), secret });
void (async () => { ${receiveAndClose} })();
`;

async function linesOf(contents: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'script-'));
  try {
    const outfile = join(folder, 'script.cjs');
    const stdin = { contents, resolveDir: join(__dirname, '../..'), loader: 'ts' as const };
    await build({ stdin, outfile, bundle: true, platform: 'node', target: 'node20' });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile]);
    return stdout.trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a script gets its answer, although the store that failed at first holds no connection open', async () => {
  const lines = await linesOf(script(3, 60_000, 'console.log((await webhooks.receive(delivery)).status);'));
  expect(lines).toEqual(['handled', 'recorded', '200']);
});

test('close() lasts until what the store could not be told is recorded, also in a script that does nothing else', async () => {
  const receiveAndClose =
    "console.log((await webhooks.receive(delivery)).status); failures = 1; await webhooks.close(); console.log('closed');";
  const lines = await linesOf(script(1_000_000, 500, receiveAndClose));
  expect(lines).toEqual(['handled', '200', 'recorded', 'closed']);
});
