import type { Logger } from './contracts';

/** Tells of an engine's errors: each kind once until the engine answers again, since an outage has many. */
export interface TroubleLog {
  readonly tell: (error: unknown) => void;
  readonly up: () => void;
}

/** What is told of an error: its kind. Never what it quotes, which may be payload. */
type InShort = (error: unknown) => string;

const most = 100;

export function troubleLog(engine: string, logger: () => Logger | undefined, inShort: InShort): TroubleLog {
  const told = new Set<string>();
  return {
    tell(error) {
      const trouble = inShort(error);
      if (told.has(trouble)) return;
      if (told.size >= most) told.clear();
      told.add(trouble);
      logger()?.warn({ trouble }, `The queue’s ${engine} is in trouble.`);
    },
    up: () => told.clear(),
  };
}
