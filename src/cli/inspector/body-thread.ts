import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BodyWork } from './body-work';

/** What a thread is started with. */
export interface WorkerData {
  readonly secret: string | undefined;
}

export interface Asked {
  readonly id: number;
  readonly task: keyof BodyWork;
  readonly args: readonly unknown[];
}

/** Without a result, the work has failed. */
export interface Answered {
  readonly id: number;
  readonly result?: unknown;
}

export interface BodyThread extends BodyWork {
  /** Starts the thread before there is something to do, so that nothing waits for it. */
  start(): void;
  /** What still waits is rejected. */
  close(): Promise<void>;
}

export const workerFile = join(__dirname, 'body-worker.js');

/**
 * Does the work of {@link BodyWork} in a thread of its own, one after the other. A hostile body holds up nothing but that
 * thread. It starts when there is something to do, and again if it has ended.
 */
export function createBodyThread(secret: string | undefined, file = workerFile): BodyThread {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let worker: Worker | undefined;
  let latest = 0;

  function run(): Worker {
    if (worker !== undefined) return worker;
    const data: WorkerData = { secret };
    const started = new Worker(file, { workerData: data });
    worker = started;
    // It must not keep `listen` running.
    started.unref();
    started.on('message', ({ id, result }: Answered) => {
      const waiter = waiting.get(id);
      waiting.delete(id);
      if (result === undefined) waiter?.reject(new Error('This body cannot be read.'));
      else waiter?.resolve(result);
    });
    // The event `exit` follows.
    started.on('error', () => undefined);
    started.once('exit', () => {
      worker = undefined;
      for (const waiter of waiting.values()) waiter.reject(new Error('The thread that reads bodies has ended.'));
      waiting.clear();
    });
    return started;
  }

  function ask<Task extends keyof BodyWork>(
    task: Task,
    ...args: Parameters<BodyWork[Task]>
  ): ReturnType<BodyWork[Task]> {
    latest += 1;
    const asked: Asked = { id: latest, task, args };
    run().postMessage(asked);
    const answered = new Promise((resolve, reject) => waiting.set(asked.id, { resolve, reject }));
    return answered as ReturnType<BodyWork[Task]>;
  }

  return {
    start: () => void run(),
    judge: (request, isWhole) => ask('judge', request, isWhole),
    explain: (request) => ask('explain', request),
    explainSignature: (request) => ask('explainSignature', request),
    check: (text) => ask('check', text),
    close: async () => {
      await worker?.terminate();
    },
  };
}
