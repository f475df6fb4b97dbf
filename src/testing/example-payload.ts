import { builtInSchemas } from '../events/generated/schemas';
import { isRecord } from '../foundations/is-record';
import { badOption, shownName } from '../foundations/option-checks';
import { type BigmindEventMap, type EventName, eventNames } from '../index';

/** Any part of `T`, at any depth. Arrays are replaced whole; `undefined` leaves a property out. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;

/**
 * A new payload of an event, as in Bigmind's reference, with `overrides` merged in. Objects are merged key by key,
 * other values are replaced, and `undefined` leaves a property out. It is not validated, so that tests can make invalid
 * payloads.
 *
 * @throws RangeError for an unknown event
 * @throws WebhookError `BAD_OPTION` if `overrides` is no object
 */
export function examplePayload<Name extends EventName>(
  event: Name,
  overrides: DeepPartial<BigmindEventMap[Name]> = {} as DeepPartial<BigmindEventMap[Name]>,
): BigmindEventMap[Name] {
  if (!eventNames.includes(event)) {
    throw new RangeError(`There is no event ${shownName(event, eventNames)}. Known are ${eventNames.join(', ')}.`);
  }
  if (!isRecord(overrides)) throw badOption('examplePayload.overrides', 'an object to merge in', overrides);
  const { examples } = builtInSchemas[event] as { examples: readonly BigmindEventMap[Name][] };
  return structuredClone(merge(examples[0], overrides)) as BigmindEventMap[Name];
}

function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over;
  const merged = new Map(Object.entries(base));
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) merged.delete(name);
    else merged.set(name, merge(base[name], value));
  }
  // Not by assignment: assigning to __proto__ would change the prototype.
  return Object.fromEntries(merged);
}
