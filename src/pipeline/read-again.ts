import type { EventDelivery, RawDelivery, Settled } from '../foundations/delivery';
import { verifiedEarlier } from '../signatures/verify-signature';
import type { PipelineParts } from './parts';
import { readEvent } from './read-event';

/** A delivery that was verified when it came, and then kept: in a queue's job or in the journal. */
export interface KeptDelivery {
  readonly raw: RawDelivery;
  readonly tenant: string | undefined;
  readonly scheme: string;
}

/**
 * Parses and validates the bytes again, since this process may have other schemas than the one that kept them. The
 * signature is not verified again.
 */
export function readAgain({ raw, tenant, scheme }: KeptDelivery, parts: PipelineParts): EventDelivery | Settled {
  return readEvent(verifiedEarlier(raw, tenant, scheme), parts);
}
