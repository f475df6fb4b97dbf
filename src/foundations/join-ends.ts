import type { JournalEnd } from './contracts/journal';

/** Two ends of a delivery as one. The newest outcome counts, whichever was told first; at the same moment, `later`'s. */
export function joinEnds(before: JournalEnd, later: JournalEnd): JournalEnd {
  const newest = before.endedAt > later.endedAt ? before : later;
  return { ...newest, succeeded: [...new Set([...before.succeeded, ...later.succeeded])] };
}
