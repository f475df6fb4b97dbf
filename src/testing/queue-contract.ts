import { randomUUID } from 'node:crypto';
import { knownOptions, requireFunction, wholeNumber } from '../foundations/option-checks';
import type { DeliveryQueue } from '../index';
import { attempts } from './queue-promises/attempts';
import { type BenchSettings, type Check, withBench } from './queue-promises/bench';
import { counting } from './queue-promises/counting';
import { deadJobs } from './queue-promises/dead-jobs';
import { holding } from './queue-promises/holding';
import { working } from './queue-promises/working';
import type { ContractCase } from './store-contract';

/** An unused queue, for one case. */
export interface QueueUnderTest {
  readonly queue: DeliveryQueue;
  /** Cleans up. Called after the case has closed its workers and the queue. @default nothing */
  readonly close?: (() => unknown) | undefined;
}

export interface QueueContractOptions {
  /**
   * Makes the queue for a case: empty, with **3 attempts** and the shortest pauses of the engine. Do not call its
   * `open`; the case does. `namespace` is new each time, of letters, digits and `-`.
   */
  readonly open: (namespace: string) => QueueUnderTest | Promise<QueueUnderTest>;
  /** The shortest pause after the first failed attempt, in milliseconds from 1. @default 10 */
  readonly pauseMs?: number | undefined;
  /**
   * How long a case waits for each step of the queue, in milliseconds; longer than all its pauses. A failing case takes
   * this long, so give your test runner several times as much. @default 10_000
   */
  readonly patienceMs?: number | undefined;
}

const known = { open: true, pauseMs: true, patienceMs: true } satisfies Record<keyof QueueContractOptions, true>;

/**
 * The promises of every `DeliveryQueue`, as cases for any test runner (Jest, Vitest, node:test):
 * `for (const { name, run } of queueContract({ open })) test(name, run)`. Not covered: a job survives a restart of its
 * server, an unreachable server fails fast, the jobs of a killed worker run elsewhere, and a job that runs for `maxRunMs`
 * is given to nobody else. Test these with the real server: docs/your-own-queue.md says how.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function queueContract(options: QueueContractOptions): readonly ContractCase[] {
  knownOptions(options, 'queueContract', known);
  const { open, pauseMs = 10, patienceMs = 10_000 } = options;
  requireFunction('queueContract.open', open);
  wholeNumber('queueContract.pauseMs', pauseMs, 1);
  wholeNumber('queueContract.patienceMs', patienceMs, 1);
  return promises.map(([name, check]) => ({ name, run: () => keep(check, open, { pauseMs, patienceMs }) }));
}

async function keep(
  check: Check,
  open: QueueContractOptions['open'],
  times: Omit<BenchSettings, 'queue'>,
): Promise<void> {
  const { queue, close } = await open(`contract-${randomUUID()}`);
  try {
    await withBench({ queue, ...times }, check);
  } finally {
    await close?.();
  }
}

const promises: readonly (readonly [string, Check])[] = [...holding, ...attempts, ...deadJobs, ...working, ...counting];
