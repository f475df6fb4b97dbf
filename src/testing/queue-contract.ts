import { randomUUID } from 'node:crypto';
import type { DeliveryQueue } from '../index';
import { attempts } from './queue-promises/attempts';
import { type Check, withBench } from './queue-promises/bench';
import { deadJobs } from './queue-promises/dead-jobs';
import { holding } from './queue-promises/holding';
import { working } from './queue-promises/working';
import type { ContractCase } from './store-contract';

/** A queue that nobody has used, for one case. */
export interface QueueUnderTest {
  readonly queue: DeliveryQueue;
  /** Called when the case has closed its workers and the queue, to remove what it left. @default nothing */
  readonly close?: (() => unknown) | undefined;
}

export interface QueueContractOptions {
  /**
   * Makes the queue for a case: empty, with **3 attempts**, and with pauses between them as short as the engine has. It
   * must not have been opened: the case calls its `open`. `namespace` is another each time, of letters, digits and `-`.
   */
  readonly open: (namespace: string) => QueueUnderTest | Promise<QueueUnderTest>;
  /** The shortest that the queue may wait after the first failed attempt, in milliseconds from 1. @default 10 */
  readonly pauseMs?: number | undefined;
  /**
   * How long anything is waited for that the queue has to do, in milliseconds: longer than all its pauses. A case that
   * would fail takes so long; give your runner a few times of it. @default 10_000
   */
  readonly patienceMs?: number | undefined;
}

/**
 * What every `DeliveryQueue` promises, as cases for any test runner (Jest, Vitest, node:test):
 * `for (const { name, run } of queueContract({ open })) test(name, run)`. That a job survives its server, and that a
 * server which is away is neither waited for nor lied about, needs that server; test it beside.
 */
export function queueContract(options: QueueContractOptions): readonly ContractCase[] {
  return promises.map(([name, check]) => ({ name, run: () => keep(check, options) }));
}

async function keep(check: Check, { open, pauseMs = 10, patienceMs = 10_000 }: QueueContractOptions): Promise<void> {
  const { queue, close } = await open(`contract-${randomUUID()}`);
  try {
    await withBench({ queue, pauseMs, patienceMs }, check);
  } finally {
    await close?.();
  }
}

const promises: readonly (readonly [string, Check])[] = [...holding, ...attempts, ...deadJobs, ...working];
