import { type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import { withinMs } from '../foundations/timeouts';
import type { ClaimedWork } from './claimed-work';
import type { HeldClaim } from './held-claim';

/** What the store said of a claim that was to end; `untold` if it was not asked, or did not answer. */
type ClaimEnd = 'held' | 'lost' | 'untold';

/** A run that has ended. */
interface EndedRun {
  readonly work: ClaimedWork;
  /** The handlers that succeeded in it. */
  readonly succeeded: readonly string[];
  /** Whether the delivery is done. */
  readonly done: boolean;
}

/** Ends the claim of a run, if the store has every success. Never throws or rejects. */
export function endClaim(claim: HeldClaim, { work, succeeded, done }: EndedRun): MaybePromise<ClaimEnd> {
  if (!done && claim.unrecorded(succeeded).length > 0) return 'untold';
  return recovered<ClaimEnd, ClaimEnd>(
    () => whenReady(done ? complete(claim, work) : claim.release(), (held) => (held ? 'held' : 'lost')),
    () => 'untold',
  );
}

/** Delays the answer at most until the deadline; after the deadline it has no limit. */
function complete(claim: HeldClaim, work: ClaimedWork): MaybePromise<boolean> {
  const completed = claim.complete();
  if (!(completed instanceof Promise)) return completed;
  const left = msToWrite(work);
  return left > 0 ? withinMs(completed, left, 'The delivery store') : completed;
}

/**
 * A success that cannot be written is answered this long before the deadline, in milliseconds; later it would time out.
 */
const answerMs = 20;

/** How long the answer may still wait for a success to be written, in milliseconds. */
export function msToWrite(work: ClaimedWork): number {
  return work.msLeft() - answerMs;
}
