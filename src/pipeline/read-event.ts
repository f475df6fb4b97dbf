import { parseJson } from '../events/parse-json';
import { recogniseEvent } from '../events/recognise-event';
import type { EventDelivery, VerifiedDelivery } from '../foundations/delivery';
import { Settled } from '../foundations/delivery';
import type { PipelineParts } from './parts';

/** Reads an event from the bytes, or says why they are not one. */
export function readEvent(verified: VerifiedDelivery, { checks, drift }: PipelineParts): EventDelivery | Settled {
  const parsed = parseJson(verified);
  if (parsed instanceof Settled) return parsed;
  const recognised = recogniseEvent(parsed, checks);
  if (!(recognised instanceof Settled)) drift.look(recognised.event);
  return recognised;
}

/** The first argument of `onInvalid`. */
export function invalidDelivery({ outcome, details }: Settled): object {
  const { event, payload, schemaError } = details;
  return { outcome, event, errors: schemaError === undefined ? [] : [schemaError], payload };
}
