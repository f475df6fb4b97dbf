import type { DeliveryStore, SignatureScheme } from './contracts';
import type { NameDelivery } from './deduplication/delivery-key';
import { memoryStore } from './deduplication/memory-store';
import { WebhookError } from './errors';
import type { EventSchemas } from './event-schema';
import { compileSchemas, type EventCheck } from './events/compile-schemas';
import { badOption, knownOptions, requireFunction, wholeNumber } from './option-checks';
import type { BigmindWebhooksOptions, DeduplicateOptions } from './options';
import { parseSecret } from './parse-secret';
import { auto } from './signatures/auto';
import type { SecretRequest, SecretSource } from './signatures/secrets';

/** The options with nothing left open. */
export interface Settings {
  readonly secret: SecretSource;
  readonly scheme: SignatureScheme | undefined;
  readonly toleranceMs: number;
  readonly limit: number;
  readonly timeoutMs: number;
  readonly maxRunMs: number;
  readonly readTimeoutMs: number;
  readonly deduplicate: Deduplication | undefined;
  readonly storeTimeoutMs: number;
  readonly checks: ReadonlyMap<string, EventCheck>;
  readonly locals: ((request: SecretRequest) => unknown) | undefined;
  readonly clock: { now(): number };
}

interface Deduplication {
  readonly store: DeliveryStore;
  /** Whether the store is our default, which another process cannot see. */
  readonly inProcess: boolean;
  readonly ttlMs: number;
  readonly key: NameDelivery | undefined;
}

type AnyOptions = BigmindWebhooksOptions<EventSchemas, unknown>;

const known = {
  secret: true,
  signature: true,
  toleranceSeconds: true,
  limit: true,
  timeoutMs: true,
  maxRunMs: true,
  readTimeoutMs: true,
  deduplicate: true,
  schemas: true,
  locals: true,
  logger: true,
  clock: true,
} satisfies Record<keyof AnyOptions, true>;

const knownDeduplicate = { store: true, ttlMs: true, key: true, storeTimeoutMs: true } satisfies Record<
  keyof DeduplicateOptions,
  true
>;

const day = 86_400_000;
/** Node's timers fire at once beyond this. */
const longestTimer = 2_147_483_647;

/**
 * Reads the options once; the caller's object is left alone.
 *
 * @throws WebhookError `BAD_OPTION`, `MISSING_SECRET`, `BAD_SECRET` or `BAD_SCHEMA`
 */
export function parseOptions(given: AnyOptions, environment: NodeJS.ProcessEnv): Settings {
  knownOptions(given, '', known);
  const scheme = parseSignature(given.signature);
  const deduplicated = given.deduplicate === false ? undefined : (given.deduplicate ?? {});
  if (deduplicated !== undefined) knownOptions(deduplicated, 'deduplicate', knownDeduplicate);
  if (given.locals !== undefined) requireFunction('locals', given.locals);
  return Object.freeze({
    secret: parseSecret(given.secret, environment, scheme !== undefined),
    scheme,
    toleranceMs: 1000 * wholeNumber('toleranceSeconds', given.toleranceSeconds ?? 300, 1),
    limit: parseLimit(given.limit ?? '5mb'),
    timeoutMs: milliseconds('timeoutMs', given.timeoutMs ?? 9000),
    maxRunMs: milliseconds('maxRunMs', given.maxRunMs ?? 15 * 60_000),
    readTimeoutMs: milliseconds('readTimeoutMs', given.readTimeoutMs ?? 15_000),
    storeTimeoutMs: milliseconds('deduplicate.storeTimeoutMs', deduplicated?.storeTimeoutMs ?? 2000),
    clock: parseClock(given.clock),
    deduplicate: deduplicated && parseDeduplicate(deduplicated),
    checks: parseSchemas(given.schemas),
    locals: given.locals,
  });
}

function milliseconds(path: string, value: unknown): number {
  return wholeNumber(path, value, 1, longestTimer);
}

function parseSignature(signature: unknown): SignatureScheme | undefined {
  if (signature === undefined || signature === 'auto') return auto;
  if (signature === false) return undefined;
  const remedy = typeof signature === 'function' ? "Call it: hmac({ header: '…' })." : '';
  if (typeof signature !== 'object' || signature === null) {
    throw badOption('signature', "'auto', false or a scheme such as hmac({ header })", signature, remedy);
  }
  const scheme = signature as Partial<SignatureScheme>;
  if (typeof scheme.name !== 'string' || scheme.name === '') {
    throw badOption('signature.name', 'a string with text', scheme.name);
  }
  requireFunction('signature.verify', scheme.verify);
  if (scheme.maySign !== undefined) requireFunction('signature.maySign', scheme.maySign);
  return signature as SignatureScheme;
}

const sizeText = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i;
const bytesOf = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

function parseLimit(limit: unknown): number {
  if (typeof limit !== 'string') return wholeNumber('limit', limit, 1);
  const [, amount, unit = 'b'] = sizeText.exec(limit) ?? [];
  const bytes = Math.floor(Number(amount) * bytesOf[unit.toLowerCase() as keyof typeof bytesOf]);
  if (!(bytes >= 1)) throw badOption('limit', "a whole number of bytes from 1, or text such as '5mb'", limit);
  return bytes;
}

function parseClock(clock: { now(): number } = Date): { now(): number } {
  if (typeof (clock as { now?: unknown } | null)?.now !== 'function') {
    throw badOption('clock', 'an object with now()', clock);
  }
  return clock;
}

const storeMethods = ['claim', 'extend', 'succeeded', 'complete', 'release'] as const;

function parseDeduplicate(options: DeduplicateOptions): Deduplication {
  const { store, key } = options;
  if (key !== undefined) requireFunction('deduplicate.key', key);
  if (store !== undefined) {
    const remedy = typeof store === 'function' ? 'Call it: memoryStore().' : '';
    if (typeof store !== 'object' || store === null) throw badOption('deduplicate.store', 'a store', store, remedy);
    const methods = store as unknown as Readonly<Record<string, unknown>>;
    for (const method of storeMethods) requireFunction(`deduplicate.store.${method}`, methods[method]);
  }
  return {
    store: store ?? memoryStore(),
    inProcess: store === undefined,
    ttlMs: wholeNumber('deduplicate.ttlMs', options.ttlMs ?? 3 * day, 1),
    key,
  };
}

function parseSchemas(schemas: unknown = {}): ReadonlyMap<string, EventCheck> {
  if (typeof schemas !== 'object' || schemas === null) throw badOption('schemas', 'an object', schemas);
  const json: Record<string, object> = {};
  for (const [name, entry] of Object.entries(schemas) as [string, unknown][]) {
    const schema = (entry as { schema?: unknown } | null | undefined)?.schema;
    if (typeof schema !== 'object' || schema === null) {
      throw badOption(`schemas.${name}`, 'what eventSchema(json) returns', entry, 'Wrap the JSON Schema in it.');
    }
    json[name] = schema;
  }
  try {
    return compileSchemas(json);
  } catch (cause) {
    throw new WebhookError('BAD_SCHEMA', `schemas: ${cause instanceof Error ? cause.message : 'not usable'}`, {
      cause,
    });
  }
}
