import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-port';
import type { OwnServerOptions } from './own-redis';
import { pause } from './sender';

/** A PostgreSQL of the test's own, which may be killed and started again. */
export interface OwnPostgres {
  readonly url: string;
  /** Unless it runs. Resolves when it answers. */
  start(): Promise<void>;
  /** Ends it as a crash does: nothing is written any more, and what was acknowledged is found again at the start. */
  kill(): Promise<void>;
  /** Ends it and forgets what it knew. */
  remove(): Promise<void>;
}

export async function startPostgres(options: OwnServerOptions = {}): Promise<OwnPostgres> {
  const { settings = [], environment, place = tmpdir() } = options;
  const port = await freePort();
  const folder = mkdtempSync(join(place, 'bigmind-webhooks-postgres-'));
  const data = join(folder, 'data');
  const programs = findPrograms();
  const user = unprivileged();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const initialised = [
    '--pgdata',
    data,
    '--username',
    'postgres',
    '--auth',
    'trust',
    '--no-sync',
    '--encoding',
    'UTF8',
  ];
  execFileSync(join(programs, 'initdb'), initialised, { ...user, cwd: folder, stdio: 'ignore' });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | undefined;
  const atExit = (): void => void server?.kill('SIGQUIT');
  process.once('exit', atExit);

  async function kill(): Promise<void> {
    if (server === undefined) return;
    const ended = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : undefined;
    // Its processes end at once, as after SIGKILL, which would leave some of them behind.
    server.kill('SIGQUIT');
    await ended;
    server = undefined;
  }
  const postgres: OwnPostgres = {
    url,
    async start() {
      if (server !== undefined) return;
      const address = ['listen_addresses=127.0.0.1', 'unix_socket_directories='];
      const given = [...address, ...settings].flatMap((setting) => ['-c', setting]);
      const env = { ...process.env, ...environment };
      const words = ['-D', data, '-p', String(port), ...given];
      server = spawn(join(programs, 'postgres'), words, { ...user, cwd: folder, env, stdio: 'ignore' });
      await untilAnswering(url);
    },
    kill,
    async remove() {
      await kill();
      process.off('exit', atExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await postgres.start();
  return postgres;
}

async function untilAnswering(connectionString: string): Promise<void> {
  for (const end = performance.now() + 30_000; ; ) {
    const client = new Client({ connectionString });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (cause) {
      if (performance.now() > end) throw new Error('PostgreSQL was started and does not answer.', { cause });
      await pause(30);
    }
  }
}

/** Where Debian puts them, which is not in the PATH; else wherever `pg_config` says. */
export function findPrograms(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const found = versions.map((version) => join(debian, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
  return found ?? execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim();
}

/** PostgreSQL refuses to run as root. */
export function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
