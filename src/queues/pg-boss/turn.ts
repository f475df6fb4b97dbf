import { readJson, readWholeNumber } from '../../foundations/foreign-values';
import { isRecord } from '../../foundations/is-record';
import type { PgBossJob } from './client';

/**
 * Tells one handing-out of a job from the next. A worker that was silent may end an attempt after its job was given to
 * another worker, whose attempt must not end with it.
 */
export interface Turn {
  /** How many attempts failed before. */
  readonly failed: number;
  /** How many workers it has lost since then. */
  readonly lost: number;
}

export function turnOf({ retryCount, output }: PgBossJob): Turn {
  const before = readJson(output);
  const lost = isRecord(before) ? before['lost'] : undefined;
  return {
    failed: readWholeNumber(retryCount, 'pgBossQueue.boss: retryCount'),
    lost: readWholeNumber(lost ?? 0, 'pgBossQueue.boss: lost'),
  };
}
