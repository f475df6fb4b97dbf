import type { SchemaError } from '../foundations/contracts/schema-error';
import { isRecord } from '../foundations/is-record';
import { compileSchemas } from './compile-schemas';
import type { BigmindEvent } from './generated/types';

export type EventValidation =
  | { readonly valid: true; readonly event: BigmindEvent }
  | { readonly valid: false; readonly errors: readonly SchemaError[] };

/**
 * Whether a value, such as a parsed body, is an event that Bigmind sends. The result holds the value itself, not a
 * copy.
 */
export function validateEvent(value: unknown): EventValidation {
  const name = readEventName(value);
  if (typeof name !== 'string') return { valid: false, errors: [name] };
  const check = compileSchemas().get(name);
  const error = check === undefined ? unknownName : check(value);
  // A cast from a payload to its type: the types are generated from the schemas that validated it.
  return error === undefined ? { valid: true, event: value as BigmindEvent } : { valid: false, errors: [error] };
}

/** The event name in a payload, known or not; or the error, if it has none. */
export function readEventName(payload: unknown): string | SchemaError {
  if (!isRecord(payload)) return noObject;
  const name = Object.hasOwn(payload, 'event') ? payload['event'] : undefined;
  if (name === undefined) return noName;
  if (typeof name !== 'string') return nameNoString;
  return name === '' ? emptyName : name;
}

const noObject: SchemaError = { pointer: '', keyword: 'type', detail: 'must be object' };
const noName: SchemaError = { pointer: '/event', keyword: 'required', detail: 'must be present' };
const nameNoString: SchemaError = { pointer: '/event', keyword: 'type', detail: 'must be string' };
const emptyName: SchemaError = { pointer: '/event', keyword: 'minLength', detail: 'must not be empty' };
const unknownName: SchemaError = { pointer: '/event', keyword: 'enum', detail: 'must be the name of a known event' };
