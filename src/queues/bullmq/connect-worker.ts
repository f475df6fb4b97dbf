import { SilenceError } from '../../foundations/timeouts';
import { type BullmqClient, isUp, retryMs, settingsOf } from './connection';
import { endClient, oneOf, rejectUnansweredAtEnd } from './end-client';
import { watchConnections } from './watch-connections';

/** The two more connections that a worker needs. */
export interface WorkerConnections {
  /** The client to pass to BullMQ. */
  readonly client: BullmqClient;
  /** Ends the attempts to reconnect, so that waiting commands fail. Resolves when each is connected or has ended. */
  stopRetrying(): Promise<void>;
  /** Ends both, between two attempts to connect as soon as the next one begins. */
  end(): void;
}

/** The longest that BullMQ lets Redis block, in milliseconds. */
const longestBlockMs = 10_000;
/** How long BullMQ waits for an answer to a command that blocks, in milliseconds; longer where failed jobs wait. */
const answersWithinMs = 6000;

/**
 * Copies the user's client with the settings of a worker: a command waits for an unreachable server without a limit,
 * and a blocking one may be silent for seconds. BullMQ would copy the client, too, but refuses one without these
 * settings. A connection that is dead without being closed is made anew, and `onError` is told.
 */
export function connectWorker(source: BullmqClient, onError: (error: unknown) => void): WorkerConnections {
  let stopped = false;
  const retry = (): number | null => (stopped ? null : retryMs);
  // A pipeline that is answered in part fails with errors that BullMQ takes for those of a job.
  const always = { enableOfflineQueue: true, lazyConnect: false, enableAutoPipelining: false };
  const { db, redisOptions } = ownSettingsOf(source);
  const original = source as unknown as { duplicate(...settings: unknown[]): BullmqClient };
  const copy = (blockMs: number): BullmqClient => {
    const { socketTimeout: usersMs } = settingsOf(source);
    const patient = {
      maxRetriesPerRequest: null,
      commandTimeout: undefined,
      // Otherwise, commands sent before a connection broke are neither sent again nor rejected: the worker would stand
      // still.
      autoResendUnfulfilledCommands: true,
      socketTimeout: typeof usersMs === 'number' ? usersMs + blockMs : undefined,
    };
    return source.isCluster
      ? original.duplicate([], {
          ...always,
          redisOptions: { ...redisOptions, ...patient },
          clusterRetryStrategy: retry,
        })
      : original.duplicate({ ...always, ...patient, db, retryStrategy: retry, sentinelRetryStrategy: retry });
  };
  const blocking = copy(longestBlockMs);
  onUnansweredEnd(blocking, () => {
    if (!stopped) onError(new SilenceError("The worker's blocking connection to Redis did not answer in time"));
  });
  // BullMQ makes its blocking connection with duplicate(), and does not expose it.
  const client = Object.assign(copy(0), { duplicate: () => blocking });
  for (const each of [client, blocking]) {
    each.on('error', onError);
    rejectUnansweredAtEnd(each);
  }
  const stopWatching = watchConnections({ source, client, blocking }, onError);
  return {
    client,
    async stopRetrying() {
      stopped = true;
      await Promise.all([client, blocking].map(settled));
    },
    end() {
      stopped = true;
      stopWatching();
      for (const each of [client, blocking]) void endClient(each);
    },
  };
}

/**
 * Settings that `duplicate` does not copy: the database selected since the client was made, and before ioredis 6 those
 * that a cluster has for each of its connections, such as the password.
 */
function ownSettingsOf(source: BullmqClient): { readonly db: unknown; readonly redisOptions: object | undefined } {
  const { options, condition } = source as {
    readonly options: { readonly db?: unknown; readonly redisOptions?: object };
    readonly condition?: { readonly select?: unknown } | null;
  };
  return { db: condition?.select ?? options.db, redisOptions: options.redisOptions };
}

/**
 * BullMQ 6 ends its blocking connection, and opens it again, when an answer did not come in time. If the connection broke
 * meanwhile, BullMQ ends the new one, which has been ready for less long.
 */
function onUnansweredEnd(blocking: BullmqClient, act: () => void): void {
  let readyAt = performance.now();
  blocking.on('ready', () => {
    readyAt = performance.now();
  });
  blocking.on('end', () => {
    if (performance.now() - readyAt > answersWithinMs) act();
  });
}

/** Resolves when a client is connected or has ended. */
async function settled(client: BullmqClient): Promise<void> {
  if (isUp(client) || client.status === 'end') return;
  await oneOf(client, ['ready', 'end']);
}
