import type { DeadLetter } from '../../index';

/** A dead letter as a line of JSON, without what is unknown. Escapes of JSON make a stranger's text harmless. */
export function letterJson(letter: DeadLetter, more: object = {}): string {
  const { id, key, event, tenant, replayed, reason, attempts, failedAt, receivedAt } = letter;
  return `${JSON.stringify({ id, key, event, tenant, replayed, reason, attempts, failedAt, receivedAt, ...more })}\n`;
}
