import type { Logger } from './contracts/logger';
import { describeError } from './describe-error';
import { ignoreRejection } from './maybe-promise';
import { workIn } from './work-in';

/**
 * Writes a log line. A logger that throws must not change the answer, or a handled delivery would come again. One with
 * async methods must not end the process when they reject: strangers cause log lines, too.
 */
export function logSafely(
  logger: Logger | undefined,
  level: 'debug' | 'info' | 'warn' | 'error',
  fields: object,
  message: string,
): void {
  try {
    ignoreRejection(logger?.[level](fields, message));
  } catch {
    // A broken logger cannot log its own error.
  }
}

/** Whether the logger writes lines of this level. */
export function isLogged(logger: Logger, level: string): boolean {
  try {
    return logger.isLevelEnabled?.(level) !== false;
  } catch {
    return true;
  }
}

/** Calls a user's listener. Its own failure, also a later one, is only logged, with its `name`. */
export function tellListener(name: string, call: () => unknown, logger: Logger): void {
  const failed = (failure: unknown): void =>
    logSafely(logger, 'error', { cause: describeError(failure) }, `${name} itself failed`);
  try {
    workIn(call(), name)?.then(undefined, failed);
  } catch (failure) {
    failed(failure);
  }
}
