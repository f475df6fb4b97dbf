import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { type OwnPostgres, startPostgres } from '../kit/own-postgres';
import { type OwnRedis, type OwnServerOptions, startRedisWith } from '../kit/own-redis';
import { proxyTo, type Wire } from '../kit/proxy';
import { usesPostgres } from './scenario';
import type { SetupName } from './setup';

/** The servers of a scenario. */
export interface Place {
  /** For the processes of the service: through the wire, if there is one. */
  readonly url: string;
  /** Of the server itself. */
  readonly directUrl: string;
  readonly wire?: Wire;
  readonly redis?: OwnRedis;
  readonly replica?: OwnRedis;
  /** From the primary to its replica. */
  readonly link?: Wire;
  readonly postgres?: OwnPostgres;
  readonly sentinels?: readonly number[];
  /** Sets the clock of what has a clock of its own. */
  readonly setClock?: (offset: string) => void;
  readonly folder?: string;
  /** For the processes of the service. */
  readonly environment?: NodeJS.ProcessEnv;
  restart?(): Promise<void>;
  remove(): Promise<unknown>;
}

/** Servers that scenarios share if they do nothing to them. */
export interface Servers {
  readonly redis: OwnRedis;
  readonly postgres: OwnPostgres;
}

let databases = 0;

/** A wire of the scenario's own to the servers that all share. */
export async function sharedPlace(setup: SetupName, { redis, postgres }: Servers): Promise<Place> {
  if (setup === 'fileJournal') return folderPlace();
  if (setup === 'memory') return { url: '', directUrl: '', remove: async () => undefined };
  if (!usesPostgres(setup)) return await wired(redis.url);
  databases += 1;
  const name = `chaos_${databases}`;
  await onPostgres(postgres.url, `CREATE DATABASE ${name}`);
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return await wired(url.href);
}

/** A folder for a journal. */
function folderPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-folder-'));
  return { url: '', directUrl: '', folder, remove: async () => rmSync(folder, { recursive: true }) };
}

/** The journal in it, which makes its folder. */
export const journalIn = (folder: string): string => join(folder, 'journal');

/** A server of the scenario's own, through a wire. */
export async function ownPlace(setup: SetupName, options: OwnServerOptions = {}): Promise<Place> {
  if (usesPostgres(setup)) {
    const postgres = await startPostgres(options);
    return await wired(postgres.url, { postgres }, () => postgres.remove());
  }
  const redis = await startRedisWith(options);
  return await wired(redis.url, { redis }, () => redis.remove());
}

export async function wired(
  directUrl: string,
  more: Partial<Place> = {},
  removeServer: () => Promise<unknown> = async () => undefined,
): Promise<Place> {
  const url = new URL(directUrl);
  const wire = await proxyTo(url.hostname, Number(url.port));
  url.port = String(wire.port);
  return {
    ...more,
    url: url.href,
    directUrl,
    wire,
    async remove() {
      await wire.close();
      await removeServer();
    },
  };
}

export async function onPostgres(connectionString: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** Sends commands to a Redis. */
export async function onRedis(url: string, ...commands: readonly (readonly [string, ...string[]])[]): Promise<void> {
  const client = new Redis(url);
  for (const [name, ...words] of commands) await client.call(name, ...words);
  await client.quit();
}

/** Lets programs that start with `environment` have a clock that can be set, by so many seconds. */
export function fakeClock(): {
  readonly environment: NodeJS.ProcessEnv;
  set(offset: string): void;
  remove(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-clock-'));
  chmodSync(folder, 0o755);
  const [file, library] = [join(folder, 'clock'), join(folder, 'clock.so')];
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, 'test/integration/chaos/clock.c']);
  const set = (offset: string): void => writeFileSync(file, offset);
  set('+0');
  return {
    environment: { LD_PRELOAD: library, CHAOS_CLOCK: file },
    set,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** What is missing to set clocks, if it is. */
export function compiler(): string | undefined {
  return spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0 ? undefined : 'a C compiler';
}

/** What is missing to mount file systems, if it is. */
export function mounting(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'the right to mount a small disk';
}

/** A file system of so many megabytes. */
export function smallDisk(megabytes: number): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder]);
  return {
    folder,
    remove() {
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    },
  };
}
