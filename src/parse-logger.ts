import { type LoggerOptions, pino } from 'pino';
import type { Logger } from './contracts';
import { badOption } from './option-checks';

const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
  isLevelEnabled: () => false,
};

const methods = ['debug', 'info', 'warn', 'error', 'child'] as const;

/**
 * The logger to use: a pino instance as it is, pino options made into one, or silence.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseLogger(logger: unknown): Logger {
  if (logger === false) return silent;
  if (logger === undefined) return pino({ name: 'bigmind-webhooks' });
  if (typeof logger !== 'object' || logger === null) throw refusal(logger);
  const has = methods.filter((method) => typeof (logger as Record<string, unknown>)[method] === 'function');
  if (has.length === methods.length) return logger as Logger;
  if (has.length > 0) throw refusal(logger, 'It lacks methods of pino, such as child().');
  return pino({ name: 'bigmind-webhooks', ...(logger as LoggerOptions) });
}

function refusal(logger: unknown, remedy = ''): Error {
  return badOption('logger', 'a pino instance, pino options or false', logger, remedy);
}
