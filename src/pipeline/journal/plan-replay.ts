import type { JournalEnd } from '../../foundations/contracts/journal';
import type { EventDelivery, Settled } from '../../foundations/delivery';
import type { Outcome } from '../../foundations/outcomes';
import { type NamedHandler, notDone, type Registry } from '../../handlers/registry';
import { endWithoutHandlers, type MatchedHandlers, matchHandlers } from '../match-handlers';

/** What a replay was asked for. */
export interface ReplayOrder {
  /** `undefined` means every handler. */
  readonly handlers: ReadonlySet<string> | undefined;
  readonly force: boolean;
}

/** What the journal knows of a delivery's end. */
export type KnownEnd = Pick<JournalEnd, 'succeeded'> & { readonly outcome: Outcome | undefined };

export function knownEnd(end: JournalEnd | undefined): KnownEnd {
  return { outcome: end?.outcome, succeeded: end?.succeeded ?? [] };
}

/** What a replay runs of a delivery. */
export interface ReplayPlan extends Pick<MatchedHandlers, 'subject' | 'success'> {
  /** The handlers that are asked for and not done, by the journal. Not empty. */
  readonly due: readonly NamedHandler[];
  /** Names of all that the delivery has. */
  readonly all: readonly string[];
}

/** What runs of a delivery; or the outcome, if nothing does. */
export function planReplay(
  read: EventDelivery | Settled,
  order: ReplayOrder,
  known: KnownEnd,
  registry: Registry,
): ReplayPlan | Outcome {
  const { handlers, subject, success } = matchHandlers(read, registry);
  const asked = handlers.filter(({ name }) => order.handlers?.has(name) ?? true);
  if (asked.length === 0) return endWithoutHandlers(read).outcome;
  const due = notDone(asked, known.succeeded, order);
  return due.length === 0 ? 'duplicate' : { due, all: handlers.map(({ name }) => name), subject, success };
}
