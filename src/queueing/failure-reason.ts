import type { Settled } from '../foundations/delivery';
import { describeError } from '../foundations/describe-error';
import { storableText } from '../foundations/foreign-text';
import { rowOf } from '../foundations/outcomes';

const mostCharacters = 1000;

/**
 * A failed attempt, as the engine keeps it: which handlers failed and why, or what else kept the delivery from being
 * handled. The text of errors is the user's; of the payload there is nothing in it that they did not put there.
 */
export function failureReason({ outcome, details }: Settled): Error {
  const { failures = [], schemaError, reason, cause } = details;
  if (failures.length > 0)
    return new Error(reasonOf(failures.map(({ handler, error }) => `${handler}: ${say(error)}`)));
  const where = schemaError && `${schemaError.pointer} ${schemaError.detail}`;
  const parts = [`${outcome}: ${rowOf(outcome).title}`, where, reason, cause === undefined ? undefined : say(cause)];
  return new Error(reasonOf(parts.filter((part) => part !== undefined)));
}

function say(error: unknown): string {
  const { type, message } = describeError(error);
  return `${type}: ${message}`;
}

/** Cut to a length; a handler may quote any text in its error. */
function reasonOf(parts: readonly string[]): string {
  return storableText(parts.join('; ').slice(0, mostCharacters));
}
