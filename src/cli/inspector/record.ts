import { isOutcome, rowOf } from '../../foundations/outcomes';
import type { CapturedRequest } from '../captured/captured-request';
import { isAccepted } from '../is-accepted';
import { badGateway } from './answers';
import type { UnloggedDelivery } from './delivery-log';
import type { Verdict } from './judge';
import type { Place } from './place';
import { outcomeOfAnswer, type ToldAnswer, whyTold } from './told-answer';
import type { AppAnswer } from './wire';
import { wrongPath } from './wrong-path';

/** All that is known of a request. */
interface Known {
  readonly request: CapturedRequest;
  readonly place: Place;
  readonly verdict: Verdict;
  /** The app's answer, if the request was sent on. */
  readonly app: AppAnswer | undefined;
  /** Why it is no delivery, in words. */
  readonly stray: string | undefined;
  readonly told: ToldAnswer | undefined;
  readonly ms: number;
}

/** What became of it. */
type Fate = Pick<UnloggedDelivery['summary'], 'outcome' | 'status'> & { readonly reason: string | undefined };

/** What the log keeps of a request. */
export function recordOf(known: Known): UnloggedDelivery {
  const { request, place, verdict, app, ms } = known;
  const { event, key } = verdict;
  const { reason, ...fate } = fateOf(known);
  const isDelivery = request.method === 'POST' && place.below === '';
  const what = isDelivery ? undefined : `${request.method} ${place.path}`.slice(0, 100);
  const receivedAt = request.receivedAt ?? 0;
  const summary = {
    receivedAt,
    ...(event !== undefined && { event }),
    ...(what !== undefined && { what }),
    ...fate,
    ms,
  };
  return { request, key, reason, app, summary };
}

function fateOf({ verdict, app, stray, told }: Known): Fate {
  if (app !== undefined) return fateInApp(verdict, app);
  if (stray !== undefined) return { ...wrongPath, reason: stray };
  if (told === undefined || !isAccepted(verdict.status)) {
    return { outcome: verdict.outcome, status: verdict.status, reason: verdict.reason };
  }
  const outcome = outcomeOfAnswer(told);
  return { outcome, status: rowOf(outcome).status, reason: whyTold(told) };
}

/** The app's answer counts: `duplicate` and `queued` are known to it alone. */
function fateInApp(verdict: Verdict, { status = badGateway, outcome, detail, error }: AppAnswer): Fate {
  const isOurs = isOutcome(outcome) && rowOf(outcome).status === status;
  if (isAccepted(status)) return { outcome: isOurs ? outcome : verdict.outcome, status, reason: verdict.reason };
  if (!isAccepted(verdict.status)) return { outcome: verdict.outcome, status, reason: verdict.reason };
  const words = [`The app answered ${status}`, outcome, detail].filter((word) => word !== undefined);
  return { outcome: 'app-failed', status, reason: error ?? `${words.join(' ')}.` };
}
