import type { SoakedConfig } from '../apps/soaked';
import { freePort } from '../kit/free-port';
import { type ReceiverProcess, startReceiver } from '../kit/processes';
import { pause } from '../kit/sender';

/** The processes that receive, each at a port that stays while processes come and go. */
export interface Fleet {
  readonly ports: readonly number[];
  /** Ends one as a crash does, and starts another in its place. */
  crash(index: number): Promise<void>;
  /** Replaces all by the second release, one after the other, as a deploy does. */
  deploy(): Promise<void>;
  stop(): Promise<void>;
}

export async function startFleet(
  file: string,
  size: number,
  config: Omit<SoakedConfig, 'port' | 'release'>,
): Promise<Fleet> {
  const ports: number[] = [];
  while (ports.length < size) ports.push(await freePort());
  let release: 1 | 2 = 1;
  const start = (port: number): Promise<ReceiverProcess> => startReceiver(file, { ...config, port, release });
  const processes = await Promise.all(ports.map(start));

  async function replace(index: number, signal: NodeJS.Signals): Promise<void> {
    const old = processes[index] as ReceiverProcess;
    old.kill(signal);
    await old.ended;
    await pause(100);
    processes[index] = await start(ports[index] as number);
  }
  return {
    ports,
    crash: (index) => replace(index, 'SIGKILL'),
    async deploy() {
      release = 2;
      for (const index of ports.keys()) await replace(index, 'SIGTERM');
    },
    async stop() {
      for (const process of processes) process.kill('SIGKILL');
      await Promise.all(processes.map(({ ended }) => ended));
    },
  };
}
