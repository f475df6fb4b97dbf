import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to connections, and to who listens on any: such a port may be gone before it is used. */
const lowest = 10_000;
const highest = 19_999;
/** Each of Jest's workers has ports of its own, so that two never find the same one. */
const shares = 8;
const share = Number(process.env['JEST_WORKER_ID'] ?? 0) % shares;
const given = new Set<number>();

/**
 * A free port. Nobody else gets it by chance, also while a server that listened there is away. Its 10,000th neighbour is
 * free, too: a cluster's nodes talk on that.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + share + shares * randomInt(Math.floor((highest - lowest) / shares));
    if (given.has(port)) continue;
    given.add(port);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
