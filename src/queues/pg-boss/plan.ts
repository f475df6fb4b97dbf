import type { JobPlan } from '../../foundations/contracts/queue';
import { readWholeNumber } from '../../foundations/foreign-values';
import type { PgBossJob } from './client';

/** The longest of pg-boss' pauses, which it chooses at random. */
export function planOf({ retryCount, retryLimit, retryDelay }: PgBossJob): JobPlan | undefined {
  if (retryCount === undefined || retryLimit === undefined || retryDelay === undefined) return undefined;
  const count = readWholeNumber(retryCount, 'pgBossQueue.boss: retryCount');
  const isLast = count >= readWholeNumber(retryLimit, 'pgBossQueue.boss: retryLimit');
  const seconds = readWholeNumber(retryDelay, 'pgBossQueue.boss: retryDelay');
  return { retryInMs: isLast ? undefined : seconds * 1000 * 2 ** Math.min(16, count + 1) };
}
