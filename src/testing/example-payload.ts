import { builtInSchemas } from '../events/generated/schemas';
import { type BigmindEventMap, type EventName, eventNames } from '../index';

/** Any part of `T`, at any depth; arrays are replaced whole. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> }
    : T;

/**
 * A fresh payload of an event, as Bigmind's reference shows it, with `overrides` merged in: objects key by key, anything
 * else replaced. It is not validated, so that tests can make payloads that are refused.
 *
 * @throws RangeError for a name that is no event's
 */
export function examplePayload<Name extends EventName>(
  event: Name,
  overrides: DeepPartial<BigmindEventMap[Name]> = {} as DeepPartial<BigmindEventMap[Name]>,
): BigmindEventMap[Name] {
  if (!eventNames.includes(event)) throw new RangeError(`There is no event ${JSON.stringify(event)}.`);
  const { examples } = builtInSchemas[event] as { examples: readonly BigmindEventMap[Name][] };
  const example = structuredClone(examples[0]) as BigmindEventMap[Name];
  return merge(example, overrides) as BigmindEventMap[Name];
}

function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) merged[name] = merge(base[name], value);
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
