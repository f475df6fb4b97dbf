import type { QueueWorker, RunJob } from '../../foundations/contracts/queue';
import { atMost } from '../../foundations/timeouts';
import { mostLostWorkers } from '../lost-worker';
import type { WorkerConnections } from './connect-worker';
import { retryMs } from './connection';
import type { BullJob, BullWorker, Engine, Place } from './engine';
import { planOf } from './plan';
import { stalledIntervalOf } from './set-back-clocks';

export interface WorkerSettings {
  readonly engine: Engine;
  readonly place: Place;
  readonly connections: WorkerConnections;
  readonly concurrency: number;
  readonly lostAfterMs: number;
  /** Whether the server refuses to tell its version. */
  readonly isSecretive: boolean;
  readonly onError: (error: unknown) => void;
  readonly onLost: (key: string) => void;
  /** Removes the record of the worker. */
  readonly forget: () => Promise<void>;
}

/** How long a closing worker waits for an engine that may be unreachable, in milliseconds. */
const patienceMs = 2000;

export function startWorker(run: RunJob, settings: WorkerSettings): QueueWorker {
  const { engine, place, connections, lostAfterMs } = settings;
  const running = new Running(run);
  const worker = new engine.Worker(place.name, running.process, {
    connection: connections.client,
    prefix: place.prefix,
    concurrency: settings.concurrency,
    lockDuration: lostAfterMs,
    stalledInterval: stalledIntervalOf(lostAfterMs),
    maxStalledCount: mostLostWorkers,
    // Commands fail only when the worker has given up its connection; by default, the process would live 15 s longer.
    runRetryDelay: retryMs,
    skipVersionCheck: settings.isSecretive,
  });
  worker.on('error', settings.onError);
  worker.on('stalled', settings.onLost);
  let closed: Promise<void> | undefined;
  return {
    close(timeoutMs) {
      closed ??= close(worker, running, settings, timeoutMs);
      return closed;
    },
  };
}

async function close(worker: BullWorker, running: Running, settings: WorkerSettings, ms: number): Promise<void> {
  const { connections, forget, onError } = settings;
  // Between two attempts to connect, BullMQ would wait for ever for the end of a connection.
  const ended = connections.stopRetrying().then(() => worker.close());
  await atMost(ms, ended);
  running.giveBack();
  await atMost(patienceMs, Promise.all([ended, forget().catch(onError)]));
  connections.end();
}

/** The jobs that run in this process. */
class Running {
  readonly #run: RunJob;
  readonly #leave = new Set<() => void>();
  #isLeaving = false;

  constructor(run: RunJob) {
    this.#run = run;
  }

  /** Gives running jobs, and any that still come, to other workers without using up an attempt. */
  giveBack(): void {
    this.#isLeaving = true;
    for (const leave of this.#leave) leave();
  }

  readonly process = async (job: BullJob, token: string | undefined): Promise<void> => {
    const back = async (): Promise<never> => {
      // Ignored: a lost lock belongs to another worker, and an unreachable server lets the lock expire.
      await job.moveToWait(token).catch(() => undefined);
      throw new MovedToWait();
    };
    if (this.#isLeaving) return back();
    let leave = (): void => undefined;
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => void back().catch(reject);
    });
    this.#leave.add(leave);
    try {
      // The later result is ignored: the job belongs to another worker by then.
      const verdict = await Promise.race([this.#run(job.data, planOf(job)), left]);
      if (verdict === 'again') return await back();
      if (verdict === 'forget') job.opts.removeOnComplete = true;
    } finally {
      this.#leave.delete(leave);
    }
  };
}

/** By this name BullMQ knows that a job has neither finished nor failed. */
class MovedToWait extends Error {
  override readonly name = 'WaitingError';
}
