import { existsSync, readFileSync } from 'node:fs';
import { freePort } from './free-port';
import { type ReceiverProcess, startReceiver } from './processes';
import { pause } from './sender';

export type Role = 'web' | 'worker' | 'both';

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
}

/** The processes of a service, each in a place of its own, where one follows another. */
export interface Fleet {
  readonly size: number;
  /** Of those that answer. They stay while processes come and go. */
  readonly ports: readonly number[];
  /** Ends one as a crash does; its place stays empty. */
  kill(index: number): void;
  /** Ends one as a crash does, and starts another in its place, after `meanwhile` if it is given. */
  crash(index: number, meanwhile?: () => unknown): Promise<void>;
  /** Replaces all, one after the other, as a deploy does. Resolves to how they ended. */
  deploy(): Promise<readonly (number | string | null)[]>;
  signal(index: number, signal: NodeJS.Signals): void;
  /** What one holds in memory, in megabytes; not a number while it is replaced. */
  megabytes(index: number): number;
  /** How processes ended that nobody had told to. */
  readonly fallen: readonly Ended[];
  /** Ends all in order. Resolves to how they ended, and what those before them wrote. */
  end(): Promise<{ readonly ends: readonly Ended[]; readonly output: string }>;
  stop(): Promise<void>;
}

/** A process that ends before it listens is started again, as platforms do. */
async function startedAtLast(start: () => Promise<ReceiverProcess>): Promise<ReceiverProcess> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      if (tries === 5) throw error;
      await pause(1000);
    }
  }
}

/** Each process gets `config` with its `role` and `port`. */
export async function startFleet(
  file: string,
  roles: readonly Role[],
  config: object,
  environment?: NodeJS.ProcessEnv,
): Promise<Fleet> {
  const ports = new Map<number, number>();
  for (const [index, role] of roles.entries()) if (role !== 'worker') ports.set(index, await freePort());
  const told = new Set<ReceiverProcess>();
  const killed = new Set<number>();
  const fallen: Ended[] = [];
  const outputs: string[] = [];

  async function start(index: number): Promise<ReceiverProcess> {
    const own = { ...config, role: roles[index], port: ports.get(index) ?? 0 };
    const started = await startedAtLast(() => startReceiver(file, own, environment));
    void started.ended.then((ended) => {
      outputs.push(ended.output);
      if (!told.has(started)) fallen.push(ended);
    });
    return started;
  }
  const processes = await Promise.all(roles.map((_role, index) => start(index)));

  async function end(index: number, signal: NodeJS.Signals): Promise<Ended> {
    const old = processes[index] as ReceiverProcess;
    told.add(old);
    old.kill(signal);
    return await old.ended;
  }
  async function replace(
    index: number,
    signal: NodeJS.Signals,
    meanwhile?: () => unknown,
  ): Promise<number | string | null> {
    const { code, output } = await end(index, signal);
    await meanwhile?.();
    await pause(50);
    processes[index] = await start(index);
    return output === '' ? code : output;
  }
  return {
    size: roles.length,
    ports: [...ports.values()],
    fallen,
    kill(index) {
      killed.add(index);
      void end(index, 'SIGKILL');
    },
    crash: async (index, meanwhile) => void (await replace(index, 'SIGKILL', meanwhile)),
    async deploy() {
      const ends: (number | string | null)[] = [];
      for (const index of roles.keys()) ends.push(await replace(index, 'SIGTERM'));
      return ends;
    },
    signal: (index, signal) => processes[index]?.kill(signal),
    megabytes(index) {
      const status = `/proc/${processes[index]?.pid}/status`;
      if (!existsSync(status)) return Number.NaN;
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1]) / 1024;
    },
    async end() {
      const living = [...processes.keys()].filter((index) => !killed.has(index));
      const ends = await Promise.all(living.map((index) => end(index, 'SIGTERM')));
      return { ends, output: outputs.join('') };
    },
    async stop() {
      for (const process of processes) {
        told.add(process);
        process.kill('SIGKILL');
      }
      await Promise.all(processes.map(({ ended }) => ended));
    },
  };
}
