import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, rename } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebhookError } from '../../foundations/errors';
import type { Folder } from './folder';

export interface Lock {
  release(): Promise<void>;
}

const lockName = /^lock\.[\da-f]{16}$/;
/** Behind the name of one that does not listen yet. It is short, since it shortens the path that a folder may have. */
const draftMark = '~';
/** A live server refuses a connection now and then. */
const asks = 3;
const askAgainMs = 15;
const tries = 8;

/**
 * Locks a folder for one journal. Each that wants it listens on a Unix socket with a name of its own, then asks all other
 * sockets in the folder. The kernel closes the sockets of a process that ends, however it ends; so one that refuses is
 * dead for ever, and no two can both believe that they are alone.
 *
 * @throws WebhookError `JOURNAL_IN_USE`
 */
export async function lockFolder(folder: Folder): Promise<Lock> {
  for (let attempt = 1; ; attempt += 1) {
    const own = await listen(folder);
    const rival = await findRival(folder, own.name).catch(async (error: unknown) => {
      // It would be a rival of the next try.
      await own.close().catch(() => undefined);
      throw error;
    });
    if (rival === undefined) {
      own.hold();
      return { release: () => own.close() };
    }
    await own.close();
    if (rival === 'holds' || attempt === tries) throw inUse(folder);
    // Two that start at once see each other, and both withdraw.
    await pause(Math.random() * 20 * attempt);
  }
}

interface Listener {
  readonly name: string;
  hold(): void;
  close(): Promise<void>;
}

async function listen(folder: Folder): Promise<Listener> {
  const name = `lock.${randomBytes(8).toString('hex')}`;
  let says = 'starts';
  const asking = new Set<Socket>();
  const server = createServer((socket) => {
    asking.add(socket.on('close', () => asking.delete(socket)));
    socket.on('error', () => undefined).end(says);
  });
  server.unref();
  const draft = `${name}${draftMark}`;
  try {
    // In a cluster, the primary process would listen, and live on when this one ends.
    await bound(server, folder.pathOf(draft));
    await chmod(folder.pathOf(draft), 0o600);
    // Between bind and listen a socket refuses, so it has another name until then.
    await rename(folder.pathOf(draft), folder.pathOf(name));
    // Such as too many open files when another journal asks: it asks again.
    server.on('error', () => undefined);
  } catch (error) {
    server.close();
    await folder.remove(draft);
    throw error;
  }
  return {
    name,
    hold() {
      says = 'holds';
    },
    async close() {
      try {
        await folder.remove(name);
      } finally {
        const closed = new Promise((resolve) => server.close(resolve));
        // A process that stands still does not close its end.
        for (const socket of asking) socket.destroy();
        await closed;
      }
    },
  };
}

/** The most bytes that a socket's address holds. Some systems cut a longer one. */
const longestAddress = 103;
const longestFolder = longestAddress - `/lock.${'0'.repeat(16)}${draftMark}`.length;

/** @throws WebhookError `BAD_OPTION` if the lock of a folder would have too long an address */
export function requireShortPath(path: string): void {
  if (Buffer.byteLength(path) <= longestFolder) return;
  const expected = `fileJournal.directory: expected a path of at most ${longestFolder} bytes`;
  const remedy = 'Its lock is a Unix socket in it, whose address is short.';
  throw new WebhookError('BAD_OPTION', `${expected}. ${remedy}`);
}

async function bound(server: Server, path: string): Promise<void> {
  server.listen({ path, exclusive: true });
  await once(server, 'listening');
}

async function findRival(folder: Folder, own: string): Promise<'holds' | 'starts' | undefined> {
  let found: 'starts' | undefined;
  for (const name of await folder.list()) {
    if (!lockName.test(name) || name === own) continue;
    const answer = await ask(folder.pathOf(name));
    if (answer === 'dead') await folder.remove(name);
    else if (answer === 'starts') found = answer;
    else return answer;
  }
  return found;
}

async function ask(path: string): Promise<'holds' | 'starts' | 'dead'> {
  for (let asked = 1; ; asked += 1) {
    const answer = await connect(path);
    if (answer !== 'dead' || asked === asks) return answer;
    await pause(askAgainMs);
  }
}

/** A process that takes a connection and is silent for so long, in milliseconds, stands still. */
const silenceMs = 500;

function connect(path: string): Promise<'holds' | 'starts' | 'dead'> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = createConnection(path);
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', (bytes) => {
      said += bytes.toString('latin1');
    });
    socket.on('close', () => resolve(said === 'starts' ? 'starts' : 'holds'));
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve('dead');
      // Reset: it was there, and is about to leave.
      else if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'EAGAIN') resolve('starts');
      else reject(new Error(`The lock of the journal cannot be asked: ${message}`));
    });
  });
}

function inUse({ path }: Folder): WebhookError {
  const remedy = 'One journal at a time writes to a folder: share one fileJournal, or use postgresJournal.';
  return new WebhookError('JOURNAL_IN_USE', `Another journal, perhaps of another process, uses ${path}. ${remedy}`);
}
