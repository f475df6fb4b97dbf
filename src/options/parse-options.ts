import type { EventCheck } from '../events/compile-schemas';
import type { EventSchemas } from '../events/event-schema';
import type { Shape } from '../events/shape';
import type { Clock } from '../foundations/contracts/clock';
import type { Journal } from '../foundations/contracts/journal';
import type { DeliveryQueue } from '../foundations/contracts/queue';
import type { SignatureScheme } from '../foundations/contracts/signature-scheme';
import type { Telemetry } from '../foundations/contracts/telemetry';
import { defaultLimits } from '../foundations/default-limits';
import { WebhookError } from '../foundations/errors';
import { isRecord } from '../foundations/is-record';
import {
  badOption,
  badWord,
  callIt,
  hasMethod,
  knownOptions,
  requireFunction,
  wholeNumber,
} from '../foundations/option-checks';
import { longestTimer } from '../foundations/timeouts';
import type { SecretRequest, SecretSource } from '../signatures/policy';
import type { BigmindWebhooksOptions } from './options';
import { type Deduplication, parseDeduplicate } from './parse-deduplicate';
import { parseJournal } from './parse-journal';
import { parseKeepHeaders } from './parse-keep-headers';
import { parseQueue } from './parse-queue';
import { parseSchemas } from './parse-schemas';
import { parseSecret } from './parse-secret';
import { parseSignature } from './parse-signature';

/** The options, checked and with every default filled in. */
export interface Settings {
  readonly secret: SecretSource;
  /** Whether `secret` was passed, as `undefined`. */
  readonly isSecretUndefined: boolean;
  readonly scheme: SignatureScheme | undefined;
  /** Names of the headers with the signatures of a pinned scheme, in lower case. */
  readonly signatureHeaders: readonly string[];
  readonly toleranceMs: number;
  readonly limit: number;
  readonly timeoutMs: number;
  readonly maxRunMs: number;
  readonly readTimeoutMs: number;
  readonly maxBytesInFlight: number;
  readonly deduplicate: Deduplication | undefined;
  readonly storeTimeoutMs: number;
  readonly queue: DeliveryQueue | undefined;
  readonly journal: Journal | undefined;
  readonly keepHeaders: readonly string[];
  readonly checks: ReadonlyMap<string, EventCheck>;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly locals: ((request: SecretRequest) => unknown) | undefined;
  readonly telemetry: Telemetry | undefined;
  readonly clock: Clock;
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
  maxBytesInFlight: true,
  deduplicate: true,
  queue: true,
  journal: true,
  keepHeaders: true,
  schemas: true,
  locals: true,
  telemetry: true,
  logger: true,
  clock: true,
} satisfies Record<keyof AnyOptions, true>;

const usualBytesInFlight = 128 * 1024 ** 2;

/**
 * Reads the options once. The caller's object stays unchanged.
 *
 * @throws WebhookError `BAD_OPTION`, `MISSING_SECRET`, `BAD_SECRET` or `BAD_SCHEMA`
 */
export function parseOptions(given: AnyOptions, environment: NodeJS.ProcessEnv): Settings {
  if (isRequest(given)) throw new WebhookError('BAD_OPTION', mountedUncalled);
  if (typeof given === 'string') throw badOption('options', 'an object', given, 'Write bigmindWebhooks({ secret }).');
  knownOptions(given, '', known);
  const {
    secret,
    signature,
    toleranceSeconds = 300,
    limit = defaultLimits.limit,
    schemas = {},
    locals,
    telemetry,
    clock = Date,
  } = given;
  const {
    timeoutMs = defaultLimits.timeoutMs,
    maxRunMs = 15 * 60_000,
    readTimeoutMs = defaultLimits.readTimeoutMs,
    deduplicate = {},
    queue,
    journal,
    keepHeaders = [],
  } = given;
  const { scheme, signatureHeaders } = parseSignature(signature);
  const mostBytes = parseBytes('limit', limit);
  // By default, a body within limit is never one too many by itself.
  const { maxBytesInFlight = Math.max(usualBytesInFlight, mostBytes) } = given;
  if (locals !== undefined) requireFunction('locals', locals);
  return Object.freeze({
    secret: parseSecret(secret, environment, scheme),
    isSecretUndefined: Object.hasOwn(given, 'secret') && secret === undefined,
    scheme,
    signatureHeaders,
    toleranceMs: 1000 * wholeNumber('toleranceSeconds', toleranceSeconds, 1),
    limit: mostBytes,
    timeoutMs: milliseconds('timeoutMs', timeoutMs),
    maxRunMs: milliseconds('maxRunMs', maxRunMs),
    readTimeoutMs: milliseconds('readTimeoutMs', readTimeoutMs),
    maxBytesInFlight: parseBytes('maxBytesInFlight', maxBytesInFlight),
    ...parseDeduplicate(deduplicate),
    queue: queue === undefined ? undefined : parseQueue(queue),
    journal: journal === undefined ? undefined : parseJournal(journal),
    keepHeaders: parseKeepHeaders(keepHeaders, signatureHeaders),
    clock: parseClock(clock),
    ...parseSchemas(schemas),
    telemetry: telemetry === undefined ? undefined : parseTelemetry(telemetry),
    locals,
  });
}

const mountedUncalled =
  'options: got a request. bigmindWebhooks itself was mounted, and Express calls it for each request. Call it once, and ' +
  "mount what it returns: const webhooks = bigmindWebhooks(); app.use('/path', webhooks.router).";

function isRequest(given: object | null): boolean {
  return isRecord(given) && 'method' in given && 'headers' in given && 'url' in given;
}

function milliseconds(path: string, value: unknown): number {
  return wholeNumber(path, value, 1, longestTimer);
}

const sizeText = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i;
const bytesPerUnit = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

function parseBytes(path: string, given: unknown): number {
  const bytes = typeof given === 'string' ? parseSize(given) : given;
  if (typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 1) return bytes;
  throw badWord(path, "a whole number of bytes from 1, or text such as '5mb'", given);
}

function parseSize(text: string): number {
  const [, amount, unit = 'b'] = sizeText.exec(text) ?? [];
  return Math.floor(Number(amount) * bytesPerUnit[unit.toLowerCase() as keyof typeof bytesPerUnit]);
}

function parseClock(clock: unknown): Clock {
  if (hasMethod(clock, 'now')) return clock as Clock;
  throw badOption('clock', 'an object with now(), such as Date', clock);
}

function parseTelemetry(telemetry: unknown): Telemetry {
  if (hasMethod(telemetry, 'open')) return telemetry as Telemetry;
  throw badOption('telemetry', 'telemetry such as openTelemetry()', telemetry, callIt(telemetry, 'openTelemetry()'));
}
