import { freePort } from '../../kit/own-redis';
import { type ReceiverProcess, startReceiver } from '../../kit/processes';
import { pause } from '../../kit/sender';
import type { AppConfig } from './app';

type Role = AppConfig['role'];

/** The processes of a service, each in a place of its own, where one follows another. */
export interface Fleet {
  readonly size: number;
  /** Of those that answer. They stay while processes come and go. */
  readonly ports: readonly number[];
  /** Ends one as a crash does, and starts another in its place. */
  crash(index: number): Promise<void>;
  /** Replaces all, one after the other, as a deploy does. Resolves to how they ended. */
  deploy(): Promise<readonly (number | string | null)[]>;
  stop(): Promise<void>;
}

export async function startFleet(
  file: string,
  roles: readonly Role[],
  config: Omit<AppConfig, 'role' | 'port'>,
): Promise<Fleet> {
  const ports = new Map<number, number>();
  for (const [index, role] of roles.entries()) if (role !== 'worker') ports.set(index, await freePort());
  const start = (index: number): Promise<ReceiverProcess> =>
    startReceiver(file, { ...config, role: roles[index], port: ports.get(index) ?? 0 });
  const processes = await Promise.all(roles.map((_role, index) => start(index)));

  async function replace(index: number, signal: NodeJS.Signals): Promise<number | string | null> {
    const old = processes[index] as ReceiverProcess;
    old.kill(signal);
    const { code, output } = await old.ended;
    await pause(50);
    processes[index] = await start(index);
    return output === '' ? code : output;
  }
  return {
    size: roles.length,
    ports: [...ports.values()],
    crash: async (index) => void (await replace(index, 'SIGKILL')),
    async deploy() {
      const ends: (number | string | null)[] = [];
      for (const index of roles.keys()) ends.push(await replace(index, 'SIGTERM'));
      return ends;
    },
    async stop() {
      for (const process of processes) process.kill('SIGKILL');
      await Promise.all(processes.map(({ ended }) => ended));
    },
  };
}
