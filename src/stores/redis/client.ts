import { WebhookError } from '../../foundations/errors';
import { isThenable } from '../../foundations/maybe-promise';
import { hasMethod } from '../../foundations/option-checks';
import type { Script } from './scripts';

/** The part of an ioredis client (or cluster) that is used. */
export interface IoredisClient {
  evalsha(sha1: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(source: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** The part of a node-redis client (or cluster) that is used. */
export interface NodeRedisClient {
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(source: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A connected client of ioredis 4.31 or later, or of node-redis 4 or later; clusters too. */
export type RedisClient = IoredisClient | NodeRedisClient;

/** Runs a script on one key. */
export type RunScript = (script: Script, key: string, ...values: (string | number)[]) => Promise<unknown>;

/**
 * Runs scripts through either client: by name, or by text if the server does not know the script yet.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function scriptRunner(client: RedisClient): RunScript {
  refuseOthers(client);
  const { evalSha, evalText } = callsOf(client);
  return async function runScript(script, key, ...values) {
    // Whole milliseconds: Redis sets no expiry for a fraction.
    const texts = values.map((value) => String(typeof value === 'number' ? Math.ceil(value) : value));
    try {
      return await promised(evalSha(script.sha1, key, texts));
    } catch (error) {
      if (isUnknownScript(error)) return await promised(evalText(script.source, key, texts));
      // Clients of node-redis say so. They connect only when they are told to.
      if ((client as { readonly isOpen?: unknown }).isOpen !== false) throw error;
      throw new Error('redisStore.client: not connected. Call await client.connect() first.', { cause: error });
    }
  };
}

/** A client that takes a callback returns something at once, which is no answer. */
function promised(answer: unknown): PromiseLike<unknown> {
  if (isThenable(answer)) return answer;
  throw new TypeError('redisStore.client: expected a client whose methods return promises.');
}

/** Recognised by its text, since the error may come from another copy of the client or another realm. */
function isUnknownScript(error: unknown): boolean {
  const message = (error as { readonly message?: unknown } | undefined)?.message;
  return typeof message === 'string' && message.startsWith('NOSCRIPT');
}

type Call = (scriptOrName: string, key: string, values: string[]) => Promise<unknown>;

function callsOf(client: RedisClient): { readonly evalSha: Call; readonly evalText: Call } {
  if (hasMethod(client, 'evalSha')) {
    const redis = client as NodeRedisClient;
    return {
      evalSha: (name, key, values) => redis.evalSha(name, { keys: [key], arguments: values }),
      evalText: (text, key, values) => redis.eval(text, { keys: [key], arguments: values }),
    };
  }
  if (hasMethod(client, 'evalsha')) {
    const redis = client as IoredisClient;
    return {
      evalSha: (name, key, values) => redis.evalsha(name, 1, key, ...values),
      evalText: (text, key, values) => redis.eval(text, 1, key, ...values),
    };
  }
  throw refusal(`got ${typeof client === 'object' && client !== null ? 'another object' : typeof client}`);
}

/**
 * Refuses clients that have the same methods, but call them otherwise. Known by what they have, not by their names.
 *
 * @throws WebhookError `BAD_OPTION`
 */
function refuseOthers(client: unknown): void {
  const { options, status } = (client ?? {}) as {
    readonly options?: { readonly legacyMode?: unknown } | null;
    readonly status?: unknown;
  };
  // ioredis has `send_command`, too, and says its status.
  if (options?.legacyMode === true || (hasMethod(client, 'send_command') && typeof status !== 'string')) {
    throw refusal('got one whose methods take callbacks');
  }
  // A whole client that is no emitter holds no connection: it sends keys and arguments as arrays, or takes callbacks.
  if (hasMethod(client, 'get') && hasMethod(client, 'set') && !hasMethod(client, 'on')) {
    throw refusal('got one that keeps no connection or takes callbacks');
  }
}

function refusal(got: string): WebhookError {
  const remedy =
    'Pass new Redis(url) of ioredis, or createClient({ url }) of redis 4 or later without legacyMode. For another ' +
    'client, pass { evalsha, eval } that call it (docs/stores.md).';
  return new WebhookError(
    'BAD_OPTION',
    `redisStore.client: expected a client of ioredis or node-redis, ${got}. ${remedy}`,
  );
}

/** Whether it is a client rather than options that contain one. */
export function isClient(given: unknown): boolean {
  return ['evalsha', 'evalSha', 'sendCommand'].some((name) => hasMethod(given, name));
}
