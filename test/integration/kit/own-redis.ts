import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port';

/** A Redis of the test's own, which may be stopped, stalled and started again; it keeps everything on disk. */
export interface OwnRedis {
  readonly port: number;
  readonly url: string;
  /** Unless it runs. */
  start(): Promise<void>;
  /** Ends it as a crash would. What it acknowledged is on disk. */
  kill(): Promise<void>;
  /** It keeps its connections and answers nothing, as a machine that hangs. */
  stall(): void;
  resume(): void;
  /** Ends it and forgets what it knew. */
  remove(): Promise<void>;
}

/** How a server of the test's own is started. */
export interface OwnServerOptions {
  /** As its command line has them. */
  readonly settings?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Where its folder is made. */
  readonly place?: string;
}

export function startRedis(...settings: string[]): Promise<OwnRedis> {
  return startRedisWith({ settings });
}

export async function startRedisWith(options: OwnServerOptions): Promise<OwnRedis> {
  const { settings = [], environment, place = tmpdir() } = options;
  const port = await freePort();
  const folder = mkdtempSync(join(place, 'bigmind-webhooks-redis-'));
  const onDisk = ['--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
  let server: ChildProcess | undefined;
  const atExit = (): void => void server?.kill('SIGKILL');
  process.once('exit', atExit);

  async function kill(): Promise<void> {
    if (server === undefined) return;
    const ended = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : undefined;
    server.kill('SIGKILL');
    await ended;
    server = undefined;
  }
  const redis: OwnRedis = {
    port,
    url: `redis://127.0.0.1:${port}`,
    async start() {
      if (server !== undefined) return;
      server = spawn('redis-server', ['--bind', '127.0.0.1', '--port', String(port), ...onDisk, ...settings], {
        stdio: 'ignore',
        env: { ...process.env, ...environment },
      });
      await untilAnswering(port, server);
    },
    kill,
    stall: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    async remove() {
      await kill();
      process.off('exit', atExit);
      // A child of the server that rewrites its file outlives it for a moment, and writes. `rmSync` tries only the empty
      // folder again, not what is new in it.
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
  await redis.start();
  return redis;
}

async function untilAnswering(port: number, server: ChildProcess): Promise<void> {
  const failed = new Promise<never>((_resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error('redis-server could not be started: is it installed?', { cause })),
    );
  });
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 30, maxRetriesPerRequest: 300 });
  client.on('error', () => undefined);
  try {
    // ioredis itself waits while the server reads its file.
    await Promise.race([client.ping(), failed]);
  } finally {
    client.disconnect();
  }
}
