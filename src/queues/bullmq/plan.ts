import type { JobPlan } from '../../foundations/contracts/queue';
import type { BullJob } from './engine';

/** What BullMQ will do if this attempt fails: the longest of its pauses, which it shortens at random. */
export function planOf({ attemptsMade, opts }: BullJob): JobPlan | undefined {
  const { attempts, backoff } = opts;
  const delay = (backoff as { readonly delay?: unknown } | undefined)?.delay;
  if (typeof attempts !== 'number' || typeof delay !== 'number') return undefined;
  return { retryInMs: attemptsMade + 1 < attempts ? delay * 2 ** attemptsMade : undefined };
}
