import type { Settled } from '../foundations/delivery';
import { describeError, innermost } from '../foundations/describe-error';
import { storableText } from '../foundations/foreign-text';
import { rowOf } from '../foundations/outcomes';

const mostCharacters = 1000;

/**
 * The reason of a failed attempt, as the engine keeps it: the handlers that failed or still run, or another cause. The
 * errors' text comes from the user; we add no text of the payload.
 */
export function failureReason({ outcome, details }: Settled): Error {
  const { failures = [], running = [], schemaError, reason, cause } = details;
  const failed = failures.map(({ handler, error }) => `${handler}: ${say(error)}`);
  const unfinished = running.map((handler) => `${handler}: still running`);
  const handlers = [...failed, ...unfinished];
  if (handlers.length > 0) return new Error(reasonOf(reason === undefined ? handlers : [...handlers, reason]));
  const where = schemaError && `${schemaError.pointer} ${schemaError.detail}`;
  const parts = [`${outcome}: ${rowOf(outcome).title}`, where, reason, cause === undefined ? undefined : say(cause)];
  return new Error(reasonOf(parts.filter((part) => part !== undefined)));
}

/** What an error says, and why: `TypeError: fetch failed (ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:443)`. */
function say(error: unknown): string {
  const described = describeError(error);
  const { type, message } = described;
  const inner = innermost(described);
  return inner === described
    ? `${type}: ${message}`
    : `${type}: ${message} (${inner.code ?? inner.type}: ${inner.message})`;
}

/** Cuts the text and makes it storable, since a handler's error may quote any text. */
function reasonOf(parts: readonly string[]): string {
  return storableText(parts.join('; ').slice(0, mostCharacters));
}
