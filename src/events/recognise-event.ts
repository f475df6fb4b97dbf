import { type EventDelivery, type EventPayload, type ParsedDelivery, Settled } from '../foundations/delivery';
import type { EventCheck } from './compile-schemas';
import { readEventName } from './validate-event';

/** Makes an event from a payload, or says why it is not one. */
export function recogniseEvent(
  { delivery, payload }: ParsedDelivery,
  checks: ReadonlyMap<string, EventCheck>,
): EventDelivery | Settled {
  const refused = refuseEvent(payload, checks);
  return refused ?? { delivery, event: payload as EventPayload };
}

/**
 * Refuses a payload that is not a valid event: `ignored` if its name has no schema, `invalid` if its schema refuses it.
 */
export function refuseEvent(payload: unknown, checks: ReadonlyMap<string, EventCheck>): Settled | undefined {
  const name = readEventName(payload);
  if (typeof name !== 'string') return new Settled('invalid', { schemaError: name, payload });
  const check = checks.get(name);
  if (check === undefined) return new Settled('ignored', { event: name, payload });
  const schemaError = check(payload);
  return schemaError && new Settled('invalid', { event: name, schemaError, payload });
}
