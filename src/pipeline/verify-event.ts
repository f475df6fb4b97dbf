import { type RawDelivery, Settled } from '../foundations/delivery';
import { tellStep } from '../foundations/followed-steps';
import type { VerifiedEvent } from '../receiver';
import { verifySignature } from '../signatures/verify-signature';
import type { PipelineParts } from './parts';
import { readEvent } from './read-event';
import { withKnown } from './with-known';

/** The first half of the pipeline only. Nothing is run or remembered; the result is the input of `dispatch`. */
export async function verifyEvent<Event>(
  raw: RawDelivery,
  parts: PipelineParts,
): Promise<VerifiedEvent<Event> | Settled> {
  const verified = await verifySignature(raw, parts.signature);
  if (verified instanceof Settled) return verified;
  tellStep('verified', raw.rawBody);
  verified.announceScheme?.();
  const read = readEvent(verified, parts);
  if (read instanceof Settled) return withKnown(read, verified, parts);
  tellStep('validated', raw.rawBody);
  const { tenant, scheme } = verified;
  const key = parts.keyOf(verified, read.event);
  // A cast from a payload to its type: the types are generated from the schemas that validated it.
  return { event: read.event as Event, key, ...(tenant !== undefined && { tenant }), signature: { scheme } };
}
