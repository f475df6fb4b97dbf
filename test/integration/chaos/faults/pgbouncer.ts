import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../kit/free-port';
import { unprivileged } from '../../kit/own-postgres';
import type { Place } from '../places';

const program = '/usr/sbin/pgbouncer';

/** What is missing, if it is. */
export function pgbouncerProgram(): string | undefined {
  return existsSync(program) ? undefined : 'pgbouncer';
}

/** Puts a pgbouncer in transaction mode between the service and PostgreSQL. */
export async function openPgbouncer(place: Place): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-pgbouncer-'));
  const port = await freePort();
  const server = new URL(place.url);
  const settings = `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 200
default_pool_size = 15
`;
  // The user of all connections: with auth_type any, pgbouncer asks nobody who they are.
  writeFileSync(join(folder, 'pgbouncer.ini'), settings.replace('port=', 'user=postgres port='));
  const user = unprivileged();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  let running: ChildProcess | undefined;
  const atExit = (): void => void running?.kill('SIGKILL');
  process.once('exit', atExit);

  async function start(): Promise<void> {
    running = spawn(program, ['-q', join(folder, 'pgbouncer.ini')], { ...user, cwd: folder, stdio: 'ignore' });
    while (!(await answers(port))) await pause(30);
  }
  async function kill(): Promise<void> {
    if (running === undefined) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
    running = undefined;
  }
  await start();
  server.port = String(port);
  return {
    ...place,
    url: server.href,
    async restart() {
      await kill();
      await pause(3000);
      await start();
    },
    async remove() {
      await kill();
      process.off('exit', atExit);
      rmSync(folder, { recursive: true });
      await place.remove();
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
