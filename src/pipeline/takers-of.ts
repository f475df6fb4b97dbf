import { type EventDelivery, Settled } from '../foundations/delivery';
import type { Outcome } from '../foundations/outcomes';
import type { NamedHandler, Registry } from '../handlers/registry';
import { invalidDelivery } from './read-event';

/** Who takes a delivery. */
export interface Takers {
  /** The handlers of its event; for an invalid or unknown one, the callback. Empty if nobody takes it. */
  readonly handlers: readonly NamedHandler[];
  /** Their first argument: an event, a payload or an invalid delivery. */
  readonly subject: unknown;
  /** The outcome when all have succeeded. */
  readonly success: Outcome;
}

/** Who takes a delivery that was read. */
export function takersOf(read: EventDelivery | Settled, registry: Registry): Takers {
  if (!(read instanceof Settled)) {
    const { event } = read;
    return { handlers: registry.handlersOf(event.event), subject: event, success: 'processed' };
  }
  if (read.outcome === 'ignored') {
    return { handlers: listOf(registry.onUnknown), subject: read.details.payload, success: 'ignored' };
  }
  return { handlers: listOf(registry.onInvalid), subject: invalidDelivery(read), success: 'quarantined' };
}

/** How a delivery ends that nobody takes. */
export function untaken(read: EventDelivery | Settled): Settled {
  return read instanceof Settled ? read : new Settled('unhandled', { event: read.event.event });
}

function listOf(callback: NamedHandler | undefined): readonly NamedHandler[] {
  return callback === undefined ? [] : [callback];
}
