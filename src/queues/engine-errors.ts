import type { Logger } from '../foundations/contracts/logger';
import { isWebhookError } from '../foundations/errors';
import { logSafely } from '../foundations/tell';
import { SilenceError } from '../foundations/timeouts';

/** Logs an engine's errors: each kind once until the engine answers again, since an outage has many. */
export interface EngineErrors {
  readonly tell: (error: unknown) => void;
  readonly up: () => void;
}

const most = 100;

export function engineErrors(engine: string, logger: () => Logger | undefined): EngineErrors {
  const told = new Set<string>();
  return {
    tell(error) {
      const code = errorCode(error);
      if (told.has(code)) return;
      if (told.size >= most) told.clear();
      told.add(code);
      if (error instanceof SilenceError)
        logSafely(logger(), 'warn', { silent: 'worker', trouble: code }, error.message);
      else if (isWebhookError(error)) logSafely(logger(), 'warn', { trouble: code }, error.message);
      else logSafely(logger(), 'warn', { trouble: code }, `The queue's ${engine} reported an error.`);
    },
    up: () => told.clear(),
  };
}

/**
 * The kind of an error. Other properties may quote a row, and some messages of Redis a command with its payload: both are
 * left out. Errors are recognised by their properties, since they may come from another realm.
 */
function errorCode(error: unknown): string {
  const { code, name, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof code === 'string') return code;
  if (typeof message !== 'string') return 'unknown';
  if (name === 'ReplyError') return message.split(' ', 1)[0] ?? '';
  // BullMQ's own errors name a job by its key, and what failed.
  return message.slice(0, 200);
}
