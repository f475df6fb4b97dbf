import { isRecord } from './is-record';

/** The fields of an object or a function from outside; none of any other value. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'function') return value as unknown as Readonly<Record<string, unknown>>;
  return isRecord(value) ? value : {};
}
