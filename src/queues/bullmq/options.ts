import { knownOptions, requireText, wholeNumber } from '../../foundations/option-checks';
import { type BullmqClient, type BullmqConnectionOptions, isClient } from './connection';
import type { BullmqModule } from './engine';

export interface BullmqQueueOptions {
  /**
   * Your client of ioredis 5 or later (or cluster), which is never closed; or options of one, such as `{ host, port }`.
   * Jobs are enqueued through it; a worker makes two copies of it.
   */
  readonly connection: BullmqClient | BullmqConnectionOptions;
  /** Tells services apart that share a Redis: two with one namespace take each other's deliveries. */
  readonly namespace: string;
  /** The module BullMQ, for bundled applications: `import * as bullmq from 'bullmq'`. @default the one installed */
  readonly bullmq?: BullmqModule | undefined;
  /** How often a delivery's handlers are tried before it is dead, from 1 to 20. @default 12, which takes about 3 hours */
  readonly attempts?: number | undefined;
  /**
   * The first pause between two attempts, in milliseconds, from 1; every further one is twice as long. Each is shortened
   * by up to half, at random. @default 5000
   */
  readonly backoffMs?: number | undefined;
  /** How long the engine collapses repeats of what is done. Redis holds each of these jobs whole, its body too. */
  readonly rememberDone?:
    | {
        /** In milliseconds, from 0, rounded up to seconds. @default 259200000 (3 days) */
        readonly ageMs?: number | undefined;
        /** At most so many, from 0; the oldest go first. @default 10000 */
        readonly count?: number | undefined;
      }
    | undefined;
  /**
   * How long nothing is heard of a worker until its jobs are run elsewhere, in milliseconds, from 1000. It takes up to
   * half of that longer. A handler that keeps the event loop for so long is taken for dead. Less than the 15 seconds
   * for which a claim on a delivery lasts only makes jobs wait for that. @default 30000
   */
  readonly lostAfterMs?: number | undefined;
  /** Whether a Redis may be used that forgets at a restart what it acknowledged. @default false */
  readonly allowVolatile?: boolean | undefined;
}

const known = {
  connection: true,
  namespace: true,
  bullmq: true,
  attempts: true,
  backoffMs: true,
  rememberDone: true,
  lostAfterMs: true,
  allowVolatile: true,
} satisfies Record<keyof BullmqQueueOptions, true>;

const threeDaysMs = 3 * 24 * 60 * 60 * 1000;

/** Options as they are used. */
export interface ParsedOptions {
  readonly connection: BullmqClient | BullmqConnectionOptions;
  readonly isUsersClient: boolean;
  readonly namespace: string;
  /** BullMQ's options of each job. */
  readonly jobOptions: object;
  readonly lostAfterMs: number;
  readonly allowVolatile: boolean;
}

export function parseOptions(options: BullmqQueueOptions): ParsedOptions {
  knownOptions(options, 'bullmqQueue', known);
  const { connection, rememberDone = {} } = options;
  knownOptions(rememberDone, 'bullmqQueue.rememberDone', { ageMs: true, count: true });
  const ageMs = wholeNumber('bullmqQueue.rememberDone.ageMs', rememberDone.ageMs ?? threeDaysMs, 0);
  const count = wholeNumber('bullmqQueue.rememberDone.count', rememberDone.count ?? 10_000, 0);
  const delay = wholeNumber('bullmqQueue.backoffMs', options.backoffMs ?? 5000, 1);
  return {
    connection,
    isUsersClient: isClient(connection),
    namespace: requireText('bullmqQueue.namespace', options.namespace),
    jobOptions: {
      attempts: wholeNumber('bullmqQueue.attempts', options.attempts ?? 12, 1, 20),
      backoff: { type: 'exponential', delay, jitter: 0.5 },
      removeOnComplete: { age: Math.ceil(ageMs / 1000), count },
      removeOnFail: false,
      // The reason is kept; where in our code it was thrown tells nobody anything.
      stackTraceLimit: 0,
    },
    lostAfterMs: wholeNumber('bullmqQueue.lostAfterMs', options.lostAfterMs ?? 30_000, 1000),
    allowVolatile: options.allowVolatile === true,
  };
}
