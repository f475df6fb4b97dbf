import { type EventDelivery, Settled } from '../foundations/delivery';
import type { Outcome } from '../foundations/outcomes';
import type { NamedHandler, Registry } from '../handlers/registry';
import { invalidDelivery } from './read-event';

/** The handlers of a delivery, and what they are called with. */
export interface MatchedHandlers {
  /** The handlers of its event; for an invalid or unknown one, the callback. Empty if there are none. */
  readonly handlers: readonly NamedHandler[];
  /** Their first argument: an event, a payload or an invalid delivery. */
  readonly subject: unknown;
  /** The outcome when all have succeeded. */
  readonly success: Outcome;
}

export function matchHandlers(read: EventDelivery | Settled, registry: Registry): MatchedHandlers {
  if (!(read instanceof Settled)) {
    const { event } = read;
    return { handlers: registry.handlersOf(event.event), subject: event, success: 'processed' };
  }
  if (read.outcome === 'ignored') {
    return { handlers: listOf(registry.onUnknown), subject: read.details.payload, success: 'ignored' };
  }
  return { handlers: listOf(registry.onInvalid), subject: invalidDelivery(read), success: 'quarantined' };
}

/** The end of a delivery that has no handlers. */
export function endWithoutHandlers(read: EventDelivery | Settled): Settled {
  return read instanceof Settled ? read : new Settled('unhandled', { event: read.event.event });
}

function listOf(callback: NamedHandler | undefined): readonly NamedHandler[] {
  return callback === undefined ? [] : [callback];
}
