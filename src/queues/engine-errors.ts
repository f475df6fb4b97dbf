import type { Logger } from '../foundations/contracts/logger';
import { isWebhookError } from '../foundations/errors';
import { logSafely } from '../foundations/tell';
import { SilenceError } from '../foundations/timeouts';

/** Logs an engine's errors: each kind once until the engine answers again, since an outage has many. */
export interface EngineErrors {
  readonly tell: (error: unknown) => void;
  readonly up: () => void;
}

/** The kind of an error. Never its quotes, which may hold payload. */
type ErrorCode = (error: unknown) => string;

const most = 100;

export function engineErrors(engine: string, logger: () => Logger | undefined, errorCode: ErrorCode): EngineErrors {
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
      else logSafely(logger(), 'warn', { trouble: code }, `The queue’s ${engine} reported an error.`);
    },
    up: () => told.clear(),
  };
}
