import { fieldsOf } from '../foundations/fields-of';
import { isPrintableName } from '../foundations/foreign-text';

/** The event name in a payload, if it has one that is safe to print. */
export function eventNameIn(payload: unknown): string | undefined {
  const { event } = fieldsOf(payload);
  return typeof event === 'string' && isPrintableName(event) ? event : undefined;
}
