import { badOption, knownOptions, requireText, wholeNumber } from '../../foundations/option-checks';
import type { PgBossClient } from './client';

export interface PgBossQueueOptions {
  /**
   * Your started instance of pg-boss, 10 to 12, which is never stopped. Close workers before you stop it. In every
   * process that works, let it supervise (its default): that is how the jobs of a killed worker come back.
   */
  readonly boss: PgBossClient;
  /**
   * Tells services apart that share a database: two with one namespace take each other's deliveries. Letters, digits,
   * `_`, `-` and `.`.
   */
  readonly namespace: string;
  /** The schema that `boss` keeps its tables in. @default 'pgboss', as in pg-boss */
  readonly schema?: string | undefined;
  /** How often a delivery's handlers are tried before it is dead, from 1 to 20. @default 12, which takes 3 to 6 hours */
  readonly attempts?: number | undefined;
  /**
   * The first pause between two attempts, in milliseconds, from 1, rounded up to seconds; every further one is twice as
   * long. Each is prolonged by up to as much again, at random. @default 5000
   */
  readonly backoffMs?: number | undefined;
  /** How long a worker that found nothing waits until it looks again, in milliseconds, from 10. @default 500 */
  readonly pollMs?: number | undefined;
}

const known = {
  boss: true,
  namespace: true,
  schema: true,
  attempts: true,
  backoffMs: true,
  pollMs: true,
} satisfies Record<keyof PgBossQueueOptions, true>;

const methods = [
  'createQueue',
  'send',
  'fetch',
  'complete',
  'fail',
  'deleteJob',
  'getDb',
  'on',
  'listenerCount',
] as const;

/** Options as they are used. */
export interface ParsedOptions {
  readonly boss: PgBossClient;
  readonly namespace: string;
  readonly schema: string;
  readonly attempts: number;
  readonly backoffSeconds: number;
  readonly pollMs: number;
}

export function parseOptions(options: PgBossQueueOptions): ParsedOptions {
  knownOptions(options, 'pgBossQueue', known);
  const { attempts = 12, backoffMs = 5000, pollMs = 500 } = options;
  return {
    boss: parseBoss(options.boss),
    namespace: parseNamespace(options.namespace),
    schema: parseSchema(options.schema ?? 'pgboss'),
    attempts: wholeNumber('pgBossQueue.attempts', attempts, 1, 20),
    backoffSeconds: Math.ceil(wholeNumber('pgBossQueue.backoffMs', backoffMs, 1) / 1000),
    pollMs: wholeNumber('pgBossQueue.pollMs', pollMs, 10),
  };
}

function parseBoss(boss: unknown): PgBossClient {
  const given = (typeof boss === 'object' && boss !== null ? boss : {}) as Readonly<Record<string, unknown>>;
  if (methods.every((name) => typeof given[name] === 'function')) return boss as PgBossClient;
  throw badOption('pgBossQueue.boss', 'an instance of pg-boss 10 or later, such as new PgBoss(url)', boss);
}

/** pg-boss names its queues with these characters, and `/`, which is ours to use. */
function parseNamespace(namespace: unknown): string {
  const text = requireText('pgBossQueue.namespace', namespace);
  if (/^[\w.-]+$/.test(text)) return text;
  throw badOption('pgBossQueue.namespace', 'letters, digits, "_", "-" and "." alone', namespace);
}

/** It is written into statements, as pg-boss does. */
function parseSchema(schema: unknown): string {
  if (typeof schema === 'string' && /^[a-z_]\w*$/i.test(schema)) return schema;
  throw badOption('pgBossQueue.schema', 'the name of a schema, as passed to pg-boss', schema);
}
