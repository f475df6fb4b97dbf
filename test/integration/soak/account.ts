import type { Redis } from 'ioredis';

export interface Account {
  /** Handlers that did not do their work for a delivery that was acknowledged. */
  readonly lost: number;
  /** Runs of a handler that began although its success had been recorded before the claim was asked for. */
  readonly doubled: number;
  /** Effects that happened again, since nobody could record the first: its process was killed, or the store was away. */
  readonly repeatedUnrecorded: number;
  /** What the system downstream has, which takes the key of a delivery once; and what it should have. */
  readonly downstream: { readonly has: number; readonly expected: number };
}

/** Names of the handlers of the soak. */
const soaked = ['notes_created', 'slack', 'archive'] as const;

/** Reads what was written down, in its order, and works out what was lost and what was doubled. */
export async function account(
  redis: Redis,
  namespace: string,
  acknowledged: number,
  handlers: readonly string[] = soaked,
): Promise<Account> {
  const { effects, doubled } = readDiary(await redis.lrange(`${namespace}:log`, 0, -1), handlers);
  const expected = acknowledged * handlers.length;
  const repeats = [...effects.values()].reduce((sum, { count }) => sum + count - 1, 0);
  return {
    lost: expected - effects.size,
    doubled,
    repeatedUnrecorded: repeats,
    downstream: { has: await redis.hlen(`${namespace}:downstream`), expected },
  };
}

export interface Effect {
  readonly count: number;
  /** When it happened first, by `clockMs`. */
  readonly at: number;
}

/** What the lines of a diary say: the effects, by `key handler`, and how many runs began in spite of a record. */
export function readDiary(
  lines: readonly string[],
  handlers: readonly string[],
): { readonly effects: ReadonlyMap<string, Effect>; readonly doubled: number } {
  /** Where in the list each success was first recorded. */
  const recordedAt = new Map<string, number>();
  const effects = new Map<string, Effect>();
  let doubled = 0;
  for (const [position, line] of lines.entries()) {
    const [what = '', key = '', name = '', asked = ''] = line.split(' ');
    if (what === 'effect') {
      const { count = 0, at = Number(asked) } = effects.get(`${key} ${name}`) ?? {};
      effects.set(`${key} ${name}`, { count: count + 1, at });
    }
    if (what === 'recorded') {
      for (const each of name === '*' ? handlers : [name]) {
        if (!recordedAt.has(`${key} ${each}`)) recordedAt.set(`${key} ${each}`, position);
      }
    }
    // Positions before `asked` were written when the claim was asked for.
    if (what === 'started' && (recordedAt.get(`${key} ${name}`) ?? Number.POSITIVE_INFINITY) < Number(asked))
      doubled += 1;
  }
  return { effects, doubled };
}
