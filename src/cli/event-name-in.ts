import { fieldsOf } from '../foundations/fields-of';

/** The event name in a payload, if it has one that is safe to print. */
export function eventNameIn(payload: unknown): string | undefined {
  const { event } = fieldsOf(payload);
  return typeof event === 'string' && /^[\w.:-]{1,64}$/.test(event) ? event : undefined;
}
