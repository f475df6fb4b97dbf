import type { Settled } from '../delivery';
import { describeError } from '../describe-error';
import { rowOf } from '../outcomes';

const mostCharacters = 1000;

/**
 * A failed attempt, as the engine keeps it: which handlers failed and why, or what else kept the delivery from being
 * handled. The text of errors is the user's; of the payload there is nothing in it that they did not put there.
 */
export function failureOf({ outcome, details }: Settled): Error {
  const { failures = [], schemaError, reason, cause } = details;
  if (failures.length > 0)
    return new Error(storable(failures.map(({ handler, error }) => `${handler}: ${say(error)}`)));
  const where = schemaError && `${schemaError.pointer} ${schemaError.detail}`;
  const parts = [`${outcome}: ${rowOf(outcome).title}`, where, reason, cause === undefined ? undefined : say(cause)];
  return new Error(storable(parts.filter((part) => part !== undefined)));
}

function say(error: unknown): string {
  const { type, message } = describeError(error);
  return `${type}: ${message}`;
}

/** Cut to a length, and without what PostgreSQL cannot hold: a handler may quote any text in its error. */
function storable(parts: readonly string[]): string {
  const text = parts.join('; ').slice(0, mostCharacters).replaceAll('\0', '\uFFFD');
  return Buffer.from(text, 'utf8').toString('utf8');
}
