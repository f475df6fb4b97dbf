import type { DeadLetter } from '../../index';
import { jsonLine } from '../json-line';

/** A dead letter as a line of JSON, without what is unknown. */
export function letterJson(letter: DeadLetter, more: object = {}): string {
  const { id, key, event, tenant, replayed, reason, attempts, failedAt, receivedAt } = letter;
  return jsonLine({ id, key, event, tenant, replayed, reason, attempts, failedAt, receivedAt, ...more });
}
