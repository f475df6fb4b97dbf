import { WebhookError } from '../../foundations/errors';
import { readText } from '../../foundations/foreign-values';
import type { BullmqClient } from './connection';

/** How durable a Redis is, from its `INFO`. */
export interface Durability {
  /** Whether it writes an append-only file; `undefined` if it does not say. */
  readonly appends: boolean | undefined;
  /** Whether `INFO` is forbidden. */
  readonly refused: boolean;
  /** Whether it may drop any key when its memory is full. */
  readonly evicts: boolean;
}

/** Asks the server, or each primary of a cluster; the worst answer counts. Rejects if one or none can be reached. */
export async function durabilityOf(client: BullmqClient): Promise<Durability> {
  const servers = client.isCluster ? await primariesOf(client) : [client];
  const answers = await Promise.all(servers.map(ask));
  return {
    appends: answers.some(({ appends }) => appends === false)
      ? false
      : answers.every(({ appends }) => appends === true) || undefined,
    refused: answers.some(({ refused }) => refused),
    evicts: answers.some(({ evicts }) => evicts),
  };
}

async function primariesOf(cluster: BullmqClient): Promise<readonly Pick<BullmqClient, 'info'>[]> {
  // Until it is connected, it knows none of them. A refusal is an answer, too.
  await cluster.ping().catch((error: unknown) => {
    if (!isRefusal(error)) throw error;
  });
  const primaries = cluster.nodes?.('master') ?? [];
  if (primaries.length === 0) throw new Error('bullmqQueue.connection: no primary of the cluster is known.');
  return primaries;
}

async function ask(server: { info(): Promise<unknown> }): Promise<Durability> {
  try {
    const text = readText(await server.info(), 'bullmqQueue.connection: INFO');
    const found = /^aof_enabled:(\d)/m.exec(text)?.[1];
    const appends = found === undefined ? undefined : found === '1';
    return { appends, refused: false, evicts: /^maxmemory_policy:allkeys/m.test(text) };
  } catch (error) {
    if (isRefusal(error)) return { appends: undefined, refused: true, evicts: false };
    throw error;
  }
}

/** Whether an access rule forbids the command, or it was renamed. */
function isRefusal(error: unknown): boolean {
  const message = (error as { readonly message?: unknown } | undefined)?.message;
  return typeof message === 'string' && /^NOPERM|^ERR unknown command/i.test(message);
}

export function notDurable(): WebhookError {
  return new WebhookError(
    'QUEUE_NOT_DURABLE',
    'bullmqQueue.connection: this Redis writes no append-only file, so a restart would lose deliveries that were ' +
      'acknowledged, and which no sender repeats. Set appendonly yes, or allow it with allowVolatile: true.',
  );
}
