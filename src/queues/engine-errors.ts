import type { Logger } from '../foundations/contracts/logger';

/** Tells of an engine's errors: each kind once until the engine answers again, since an outage has many. */
export interface EngineErrors {
  readonly tell: (error: unknown) => void;
  readonly up: () => void;
}

/** What is told of an error: its kind. Never what it quotes, which may be payload. */
type ErrorCode = (error: unknown) => string;

const most = 100;

export function engineErrors(engine: string, logger: () => Logger | undefined, errorCode: ErrorCode): EngineErrors {
  const told = new Set<string>();
  return {
    tell(error) {
      const trouble = errorCode(error);
      if (told.has(trouble)) return;
      if (told.size >= most) told.clear();
      told.add(trouble);
      logger()?.warn({ trouble }, `The queue’s ${engine} is in trouble.`);
    },
    up: () => told.clear(),
  };
}
