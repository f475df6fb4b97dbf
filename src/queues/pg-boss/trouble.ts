import type { Logger } from '../../contracts';

/** Tells of an engine's errors: each kind once until the engine answers again, since an outage has many. */
export interface TroubleLog {
  readonly tell: (error: unknown) => void;
  readonly up: () => void;
}

const most = 100;

export function troubleLog(logger: () => Logger | undefined): TroubleLog {
  const told = new Set<string>();
  return {
    tell(error) {
      const trouble = inShort(error);
      if (told.has(trouble)) return;
      if (told.size >= most) told.clear();
      told.add(trouble);
      logger()?.warn({ trouble }, 'The queue’s PostgreSQL is in trouble.');
    },
    up: () => told.clear(),
  };
}

/** The code that PostgreSQL or the network gave, if any: an error's other properties may quote the row. */
function inShort(error: unknown): string {
  const { code, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? message.slice(0, 200) : 'unknown';
}
