import { WebhookError } from '../../foundations/errors';
import { badOption } from '../../foundations/option-checks';
import { redisClass } from './load-driver';

/** The part of an ioredis client (or cluster) that we use; BullMQ uses more of it. */
export interface BullmqClient {
  readonly status: string;
  readonly isCluster: boolean;
  readonly options: object;
  info(): Promise<unknown>;
  nodes?(role: 'master'): readonly { info(): Promise<unknown> }[];
  duplicate(): unknown;
  defineCommand(name: string, definition: { lua: string }): unknown;
  on(event: string, listener: (...details: unknown[]) => void): unknown;
  off(event: string, listener: (...details: unknown[]) => void): unknown;
  disconnect(): void;
}

/** The usual options of an ioredis client. For other options, pass a client. */
export interface BullmqConnectionOptions {
  /** `redis://…` or `rediss://…`. */
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Path of a Unix socket. */
  readonly path?: string | undefined;
  readonly family?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly db?: number | undefined;
  readonly tls?: object | undefined;
}

const option = 'bullmqQueue.connection';

/**
 * Whether it is a client of ioredis rather than options of one.
 *
 * @throws WebhookError `BAD_OPTION` for anything else, and for a client that BullMQ cannot work with
 */
export function isClient(connection: unknown): connection is BullmqClient {
  if (typeof connection !== 'object' || connection === null || Array.isArray(connection)) {
    throw badOption(option, 'a client of ioredis, or options such as { host, port }', connection);
  }
  const given = connection as Readonly<Record<string, unknown>>;
  const looksLikeClient = typeof given['duplicate'] === 'function';
  if (looksLikeClient && (typeof given['defineCommand'] !== 'function' || typeof given['status'] !== 'string')) {
    throw new WebhookError('BAD_OPTION', `${option}: expected a client of ioredis, got one of another library.`);
  }
  const { redisOptions, ...outer } = (looksLikeClient ? given['options'] : given) as Record<string, unknown>;
  const settings = { ...outer, ...(redisOptions as object | undefined) } as Record<string, unknown>;
  if (settings['keyPrefix'] !== undefined && settings['keyPrefix'] !== '') {
    throw badOption(`${option}: keyPrefix`, 'none', settings['keyPrefix'], 'BullMQ refuses it: use namespace instead.');
  }
  if (settings['stringNumbers'] === true) {
    throw badOption(`${option}: stringNumbers`, 'false', true, 'BullMQ compares numbers: pass a client of its own.');
  }
  return looksLikeClient;
}

/** Makes a client that connects when it is used. The caller closes it. */
export function connectTo({ url, ...given }: BullmqConnectionOptions): BullmqClient {
  const Redis = redisClass();
  const options = { lazyConnect: true, ...given };
  return (url === undefined ? new Redis(options) : new Redis(url, options)) as BullmqClient;
}

/** Whether commands reach the server now. A cluster counts as ready a little earlier, as in BullMQ. */
export function isUp({ status, isCluster }: BullmqClient): boolean {
  return status === 'ready' || (isCluster && status === 'connect');
}

/** Whether a client is about to connect. During an outage this is also true between two attempts. */
export function isStarting({ status }: BullmqClient): boolean {
  return status === 'wait' || status === 'connecting' || status === 'connect';
}

/** The two more connections that a worker needs. */
export interface WorkerConnections {
  /** The client to pass to BullMQ. */
  readonly client: BullmqClient;
  /** Ends the attempts to reconnect, so that waiting commands fail. */
  stopRetrying(): Promise<void>;
  disconnect(): void;
}

const retryMs = 500;

/**
 * Copies the user's client with the settings of a worker: a command waits for an unreachable server without a limit,
 * and a blocking one may be silent for seconds. BullMQ would copy the client, too, but refuses one without these
 * settings.
 */
export function connectWorker(source: BullmqClient): WorkerConnections {
  let stopped = false;
  const retry = (): number | null => (stopped ? null : retryMs);
  const patient = { maxRetriesPerRequest: null, commandTimeout: undefined, socketTimeout: undefined };
  const always = { enableOfflineQueue: true, lazyConnect: false };
  const original = source as unknown as { duplicate(...settings: unknown[]): BullmqClient };
  const copy = (): BullmqClient =>
    source.isCluster
      ? original.duplicate([], { ...always, redisOptions: patient, clusterRetryStrategy: retry })
      : original.duplicate({ ...always, ...patient, retryStrategy: retry });
  const blocking = copy();
  // BullMQ makes its blocking connection with duplicate(), and does not expose it.
  const client = Object.assign(copy(), { duplicate: () => blocking });
  return {
    client,
    async stopRetrying() {
      stopped = true;
      await Promise.all([client, blocking].map(settled));
    },
    disconnect() {
      // Disconnecting an ended client would keep the process alive for two more seconds.
      for (const each of [client, blocking]) if (each.status !== 'end') each.disconnect();
    },
  };
}

/** Resolves when a client is connected or has ended. */
async function settled(client: BullmqClient): Promise<void> {
  if (isUp(client) || client.status === 'end') return;
  await new Promise<void>((resolve) => {
    for (const event of ['ready', 'end']) client.on(event, () => resolve());
  });
}
