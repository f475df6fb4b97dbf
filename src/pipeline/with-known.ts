import { Settled, type VerifiedDelivery } from '../foundations/delivery';
import type { PipelineParts } from './parts';

/** Adds what is known of a verified delivery to an outcome without handlers, for the log and `onError`. */
export function withKnown(
  settled: Settled,
  delivery: VerifiedDelivery,
  payload: unknown,
  parts: Pick<PipelineParts, 'keyOf' | 'isKeyTold'>,
): Settled {
  const { outcome, details } = settled;
  const { tenant, raw } = delivery;
  const key = parts.isKeyTold(outcome) ? keyIfAny(delivery, payload, parts) : undefined;
  return new Settled(outcome, { ...details, key, tenant, params: raw.params });
}

/** The user's `deduplicate.key` may expect a valid event, and here it is called for the log alone. */
function keyIfAny(delivery: VerifiedDelivery, payload: unknown, { keyOf }: Pick<PipelineParts, 'keyOf'>) {
  try {
    return keyOf(delivery, payload).text;
  } catch {
    return undefined;
  }
}
