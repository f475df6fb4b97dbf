import { type LoggerOptions, pino } from 'pino';
import type { Logger } from '../foundations/contracts/logger';
import { isRecord } from '../foundations/is-record';
import { badOption, callIt, hasMethod, isOptions } from '../foundations/option-checks';
import { silentLogger } from '../foundations/silent-logger';

const name = 'bigmind-webhooks';
const methods = ['debug', 'info', 'warn', 'error', 'child'] as const;
/** Methods of other loggers. Pino has no options of these names, and would pass over them. */
const otherMethods = ['log', 'trace', 'fatal', 'verbose', 'notice'];

/**
 * The logger to use: the given pino instance, a new one from pino options, or silence.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseLogger(logger: unknown): Logger {
  if (logger === false) return silentLogger;
  if (logger === undefined) return pino({ name });
  if (typeof logger !== 'object' || logger === null || Array.isArray(logger))
    throw refusal(logger, callIt(logger, 'pino()'));
  const missing = methods.filter((method) => !hasMethod(logger, method));
  if (missing.length === 0) {
    if (takesMessageFirst(logger)) throw refusal(logger, messageFirst);
    return logger as Logger;
  }
  if (missing.length < methods.length || otherMethods.some((method) => hasMethod(logger, method))) {
    throw refusal(logger, `It lacks ${missing.map((method) => `${method}()`).join(', ')} of pino.`);
  }
  if (hasMethod(logger, 'write')) throw refusal(logger, 'For a stream, write logger: pino(stream).');
  if (!isOptions(logger)) throw refusal(logger, '');
  try {
    return pino({ name, ...(logger as LoggerOptions) });
  } catch (cause) {
    throw refusedByPino(logger, cause instanceof Error ? cause : new Error('it threw'));
  }
}

const messageFirst =
  'Its methods take the message first and would print [object Object]. Pass pino, or an object with debug, info, warn, ' +
  'error and child, such as { info: (fields, message) => logger.info(message, fields), … }.';

/** Loggers that take `(message, fields)` have a general `log(level, message)`, which pino and its like have not. */
function takesMessageFirst(logger: object): boolean {
  const { log, transports, pipe } = logger as Readonly<Record<string, unknown>>;
  return typeof log === 'function' && (transports !== undefined || typeof pipe === 'function');
}

/** Names pino's reason, unless it repeats a long text of the options, such as a secret in the place of a level. */
function refusedByPino(logger: object, cause: Error): Error {
  if (longTexts(logger).some((text) => cause.message.includes(text))) return refusal(logger, 'pino refuses it.');
  return refusal(logger, `pino refuses it: ${cause.message}.`, cause);
}

function longTexts(value: unknown, seen = new Set<unknown>()): readonly string[] {
  if (typeof value === 'string') return value.length > 12 ? [value] : [];
  if (seen.has(value)) return [];
  seen.add(value);
  const inside = Array.isArray(value) ? (value as unknown[]) : isRecord(value) ? Object.entries(value).flat() : [];
  return inside.flatMap((each) => longTexts(each, seen));
}

function refusal(logger: unknown, remedy: string, cause?: unknown): Error {
  return badOption('logger', 'a pino instance, pino options or false', logger, remedy, cause);
}
