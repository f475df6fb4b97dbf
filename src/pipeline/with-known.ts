import { type EventDelivery, Settled, type VerifiedDelivery } from '../foundations/delivery';
import { keyOfRead } from './key-of-read';
import { endWithoutHandlers } from './match-handlers';
import type { PipelineParts } from './parts';

/** The end of a delivery without handlers, with what is known of it for the log and `onError`. */
export function withKnown(
  read: EventDelivery | Settled,
  verified: VerifiedDelivery,
  parts: Pick<PipelineParts, 'keyOf'>,
): Settled {
  const { outcome, details } = endWithoutHandlers(read);
  const { tenant, raw } = verified;
  let key: string | undefined;
  try {
    key = keyOfRead(read, verified, parts);
  } catch {
    // A valid event that the user's `deduplicate.key` cannot name. Nothing runs under its key, so it is not refused.
  }
  return new Settled(outcome, { ...details, key, tenant, params: raw.params });
}
