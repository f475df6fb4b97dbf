import { Settled, type VerifiedDelivery } from '../foundations/delivery';
import type { PipelineParts } from './parts';

/** Adds what is known of a verified delivery to an outcome without handlers, for the log and `onError`. */
export function withKnown(
  settled: Settled,
  delivery: VerifiedDelivery,
  payload: unknown,
  parts: Pick<PipelineParts, 'keyOf'>,
): Settled {
  const { outcome, details } = settled;
  const { tenant, raw } = delivery;
  return new Settled(outcome, { ...details, key: keyIfAny(delivery, payload, parts), tenant, params: raw.params });
}

/** The user's `deduplicate.key` may expect a valid event, and here it is called for the log alone. */
function keyIfAny(delivery: VerifiedDelivery, payload: unknown, { keyOf }: Pick<PipelineParts, 'keyOf'>) {
  try {
    return keyOf(delivery, payload);
  } catch {
    return undefined;
  }
}
