import { WebhookError } from '../../foundations/errors';
import { isRecord } from '../../foundations/is-record';
import {
  badOption,
  hasMethod,
  isOptions,
  knownOptions,
  requireText,
  wholeNumber,
} from '../../foundations/option-checks';
import { loadIoredis } from './load-drivers';

/** The part of an ioredis client (or cluster) that we use; BullMQ uses more of it. */
export interface BullmqClient {
  readonly status: string;
  readonly isCluster: boolean;
  readonly options: object;
  info(): Promise<unknown>;
  hget(key: string, field: string): Promise<unknown>;
  hset(key: string, field: string, value: string): Promise<unknown>;
  hgetall(key: string): Promise<Readonly<Record<string, unknown>> | null>;
  hdel(key: string, ...fields: string[]): Promise<unknown>;
  ping(): Promise<unknown>;
  set(key: string, value: string, unit: 'PX', ms: number): Promise<unknown>;
  eval(source: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
  wait(replicas: number, timeoutMs: number): Promise<unknown>;
  nodes?(role: 'master'): readonly { info(): Promise<unknown> }[];
  duplicate(): unknown;
  defineCommand(name: string, definition: { lua: string }): unknown;
  on(event: string, listener: (...details: unknown[]) => void): unknown;
  off(event: string, listener: (...details: unknown[]) => void): unknown;
  disconnect(reconnect?: boolean): void;
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

const knownNames = {
  url: true,
  host: true,
  port: true,
  path: true,
  family: true,
  username: true,
  password: true,
  db: true,
  tls: true,
} satisfies Record<keyof BullmqConnectionOptions, true>;

/** The user's client, or the settings for one of our own. */
export type ParsedConnection = { readonly client: BullmqClient } | { readonly settings: BullmqConnectionOptions };

/**
 * Tells a client of ioredis from options of one.
 *
 * @throws WebhookError `BAD_OPTION` for anything else, and for a client that BullMQ cannot work with
 */
export function parseConnection(connection: BullmqClient | BullmqConnectionOptions): ParsedConnection {
  const given: unknown = connection;
  if (!isRecord(given)) {
    throw badOption(option, 'a client of ioredis, or options such as { url } or { host, port }', given);
  }
  if (!looksLikeClient(given)) {
    refuseSettings(given);
    requireServer(given);
    return { settings: connection as BullmqConnectionOptions };
  }
  const isIoredis = ['duplicate', 'defineCommand'].every((name) => hasMethod(given, name));
  if (!isIoredis || typeof given['status'] !== 'string') {
    const remedy = 'Pass new Redis(url) of ioredis, or options such as { url } or { host, port }.';
    throw new WebhookError(
      'BAD_OPTION',
      `${option}: expected a client of ioredis, got one of another library. ${remedy}`,
    );
  }
  refuseSettings(given['options']);
  return { client: connection as BullmqClient };
}

/** Options hold no functions; a client has the commands of Redis. */
function looksLikeClient(given: object): boolean {
  return ['duplicate', 'sendCommand', 'get'].some((name) => hasMethod(given, name));
}

/** Refuses settings that BullMQ cannot work with. */
function refuseSettings(given: unknown): void {
  const settings = settingsOf({ options: given });
  if (settings['keyPrefix'] !== undefined && settings['keyPrefix'] !== '') {
    throw badOption(`${option}: keyPrefix`, 'none', settings['keyPrefix'], 'BullMQ refuses it: use namespace instead.');
  }
  if (settings['stringNumbers'] === true) {
    throw badOption(`${option}: stringNumbers`, 'false', true, 'BullMQ compares numbers: pass a client of its own.');
  }
}

/** The settings of a client, also those that a cluster has for each of its connections. */
export function settingsOf({ options }: { readonly options: unknown }): Readonly<Record<string, unknown>> {
  const { redisOptions, ...outer } = options as Readonly<Record<string, unknown>>;
  return { ...outer, ...(redisOptions as object | undefined) };
}

/** Requires options that name a server: ioredis would take none, or a misspelt one, for one on localhost. */
function requireServer(given: Readonly<Record<string, unknown>>): void {
  if (!isOptions(given))
    throw badOption(option, 'options that name a server', given, 'Pass { url } or { host, port }.');
  knownOptions(given, option, knownNames, 'For other options of ioredis, pass a client: new Redis({ … }).');
  // Own properties, as ioredis reads them: a URL has none.
  const { url, host, port, path }: Readonly<Record<string, unknown>> = { ...given };
  const isAddressed = [url, host, path].some((each) => each !== undefined);
  // A variable that is not set is no name.
  const isMissing = ['url', 'host', 'path'].some((name) => Object.hasOwn(given, name));
  if (!isAddressed && (port === undefined || isMissing)) {
    const remedy = 'Pass { url }, { host, port } or { path }: a server on localhost is used only if you name it.';
    throw new WebhookError(
      'BAD_OPTION',
      `${option}: expected options that name a server, got none that does. ${remedy}`,
    );
  }
  // The address is not shown: it may hold a password.
  if (url !== undefined && !(typeof url === 'string' && /^rediss?:\/\/./.test(url))) {
    throw new WebhookError('BAD_OPTION', `${option}.url: expected text that begins with redis:// or rediss://.`);
  }
  for (const [name, value] of Object.entries({ host, path })) {
    if (value !== undefined) requireText(`${option}.${name}`, value);
  }
  if (port !== undefined) wholeNumber(`${option}.port`, typeof port === 'string' ? Number(port) : port, 1, 65_535);
}

/** How long a connection that we make may owe an answer before it is made anew, in milliseconds. */
const socketTimeout = 5000;
/**
 * The pause before a connection is made anew, in milliseconds. By default ioredis waits longer each time, and a server
 * that is back after a minute would be asked seconds later.
 */
export const retryMs = 500;

/** Makes a client that connects when it is used. The caller closes it. */
export function connectTo({ url, ...given }: BullmqConnectionOptions): BullmqClient {
  const Redis = loadIoredis();
  const options = { lazyConnect: true, socketTimeout, retryStrategy: () => retryMs, ...given };
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
