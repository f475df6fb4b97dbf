import { badOption, flag, hasMethod, knownOptions, wholeNumber, wrapIt } from '../../foundations/option-checks';
import { requireNamespace } from '../../foundations/require-namespace';
import { parseSharedOptions } from '../shared-options';
import { type BullmqClient, type BullmqConnectionOptions, type ParsedConnection, parseConnection } from './connection';
import type { BullmqModule } from './engine';

export interface BullmqQueueOptions {
  /**
   * Your client of ioredis 4.31 or later (or cluster), or options of one, such as `{ host, port }`. Jobs are enqueued
   * through it; a worker makes two copies of it. The queue never closes your client.
   */
  readonly connection: BullmqClient | BullmqConnectionOptions;
  /** Separates services that share a Redis: two services with the same namespace take each other's deliveries. */
  readonly namespace: string;
  /** The module BullMQ, for bundled applications: `import * as bullmq from 'bullmq'`. @default the one installed */
  readonly bullmq?: BullmqModule | undefined;
  /**
   * How often a delivery's handlers are tried before it is dead, from 1 to 20. @default 12, which takes 1½ to 3 hours
   */
  readonly attempts?: number | undefined;
  /**
   * The first pause between two attempts, in milliseconds, from 1. Each further pause is twice as long. Each is
   * shortened at random, by up to half. @default 5000
   */
  readonly backoffMs?: number | undefined;
  /** How long the engine ignores repeats of finished jobs. Redis holds each of these jobs with its whole body. */
  readonly rememberDone?:
    | {
        /** In milliseconds, from 0, rounded up to seconds. @default 259200000 (3 days) */
        readonly ageMs?: number | undefined;
        /** How many finished jobs at most, from 0; the oldest go first. @default 10000 */
        readonly count?: number | undefined;
      }
    | undefined;
  /**
   * How long a worker may be silent before its jobs run elsewhere, in milliseconds, from 1000 to 2,147,483,647. It takes
   * up to half of that longer. A handler that blocks the event loop for this long counts as dead. With less than 15
   * seconds, the length of a claim on a delivery, jobs only wait for the claim. @default 30000
   */
  readonly lostAfterMs?: number | undefined;
  /** Whether to accept a Redis that forgets acknowledged jobs at a restart. @default false */
  readonly allowVolatile?: boolean | undefined;
  /**
   * How many replicas of Redis must have a delivery before it is acknowledged, from 1. With fewer within 400 ms it is
   * answered 503. Without it, a failover loses what the promoted replica did not have. Not for a cluster. @default none
   */
  readonly waitForReplicas?: number | undefined;
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
  waitForReplicas: true,
} satisfies Record<keyof BullmqQueueOptions, true>;

const threeDaysMs = 3 * 24 * 60 * 60 * 1000;

/** The checked options. */
export interface ParsedOptions {
  readonly connection: ParsedConnection;
  readonly namespace: string;
  /** BullMQ's options for each job. */
  readonly jobOptions: object;
  readonly lostAfterMs: number;
  readonly allowVolatile: boolean;
  readonly waitForReplicas: number | undefined;
}

export function parseOptions(options: BullmqQueueOptions): ParsedOptions {
  if (hasMethod(options, 'duplicate')) {
    throw wrapIt('bullmqQueue', 'a client', 'bullmqQueue({ connection, namespace })');
  }
  knownOptions(options, 'bullmqQueue', known);
  const { connection, rememberDone = {}, allowVolatile = false } = options;
  knownOptions(rememberDone, 'bullmqQueue.rememberDone', { ageMs: true, count: true });
  const { ageMs = threeDaysMs, count = 10_000 } = rememberDone;
  const { attempts, backoffMs, lostAfterMs } = parseSharedOptions('bullmqQueue', options);
  return {
    connection: parseConnection(connection),
    namespace: requireNamespace('bullmqQueue.namespace', options.namespace),
    jobOptions: {
      attempts,
      backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 },
      removeOnComplete: {
        age: Math.ceil(wholeNumber('bullmqQueue.rememberDone.ageMs', ageMs, 0) / 1000),
        count: wholeNumber('bullmqQueue.rememberDone.count', count, 0),
      },
      removeOnFail: false,
      // The reason is kept. Its stack trace would only show our own code.
      stackTraceLimit: 0,
    },
    lostAfterMs,
    allowVolatile: flag('bullmqQueue.allowVolatile', allowVolatile),
    waitForReplicas: parseReplicas(options),
  };
}

/** On a cluster, `WAIT` would go to any server: ioredis sends it without a key. */
function parseReplicas({ waitForReplicas, connection }: BullmqQueueOptions): number | undefined {
  if (waitForReplicas === undefined) return undefined;
  if (!(connection as Partial<BullmqClient>).isCluster) {
    return wholeNumber('bullmqQueue.waitForReplicas', waitForReplicas, 1);
  }
  const remedy = 'Set min-replicas-to-write on its servers.';
  throw badOption('bullmqQueue.waitForReplicas', 'none with a cluster', waitForReplicas, remedy);
}
