import { randomInt } from 'node:crypto';

/**
 * A copy of a payload with a new `timestamp`: now in milliseconds, and six more digits that count up from a random number.
 * Receivers tell deliveries apart by their bytes, so no copy is taken for a duplicate, not even of an earlier run.
 */
export function freshPayload(payload: object): object {
  counter = (counter + 1) % million;
  const moment = new Date().toISOString().slice(0, -1);
  return { ...payload, timestamp: `${moment}${String(counter).padStart(6, '0')}Z` };
}

const million = 1_000_000;
let counter = randomInt(million);
