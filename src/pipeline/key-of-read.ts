import { deliveryKey } from '../deduplication/delivery-key';
import { type EventDelivery, Settled, type VerifiedDelivery } from '../foundations/delivery';
import type { PipelineParts } from './parts';

/**
 * The key of a delivery that was read. The user's `deduplicate.key` may expect a valid event: any other delivery is known
 * by its bytes then.
 *
 * @throws what `deduplicate.key` throws for a valid event
 */
export function keyOfRead(
  read: EventDelivery | Settled,
  verified: VerifiedDelivery,
  { keyOf }: Pick<PipelineParts, 'keyOf'>,
): string {
  if (!(read instanceof Settled)) return keyOf(verified, read.event);
  const { payload } = read.details;
  try {
    return keyOf(verified, payload);
  } catch {
    return deliveryKey(verified, payload);
  }
}
