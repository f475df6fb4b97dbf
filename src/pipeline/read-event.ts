import type { EventCheck } from '../events/compile-schemas';
import { parseJson } from '../events/parse-json';
import { recogniseEvent } from '../events/recognise-event';
import type { EventDelivery, VerifiedDelivery } from '../foundations/delivery';
import { Settled } from '../foundations/delivery';

/** Reads an event from the bytes, or says why they are not one. */
export function readEvent(
  verified: VerifiedDelivery,
  checks: ReadonlyMap<string, EventCheck>,
): EventDelivery | Settled {
  const parsed = parseJson(verified);
  return parsed instanceof Settled ? parsed : recogniseEvent(parsed, checks);
}

/** The first argument of `onInvalid`. */
export function invalidDelivery({ outcome, details }: Settled): object {
  const { event, payload, schemaError } = details;
  return { outcome, event, errors: schemaError === undefined ? [] : [schemaError], payload };
}
