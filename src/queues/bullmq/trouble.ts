import type { Logger } from '../../contracts';

/** Tells of an engine's errors: each kind once until the connection is up again, since an outage has many. */
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
      logger()?.warn({ trouble }, 'The queue’s Redis is in trouble.');
    },
    up: () => told.clear(),
  };
}

/**
 * Never a command or its arguments, which hold the payload, and which some errors of Redis quote. Errors are known by
 * their properties, since they may come from another realm.
 */
function inShort(error: unknown): string {
  const { code, name, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof code === 'string') return code;
  if (typeof message !== 'string') return 'unknown';
  if (name === 'ReplyError') return message.split(' ', 1)[0] ?? '';
  // BullMQ's own name a job by its key, and what could not be done with it.
  return message.slice(0, 200);
}
