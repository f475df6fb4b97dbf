import { randomInt } from 'node:crypto';

/**
 * A copy of a payload that happened now. Its `timestamp` is that of no other: milliseconds, and six digits more that
 * count from a number of chance. Receivers tell deliveries apart by their bytes, so nothing that is sent so is taken for
 * a duplicate, in one run or in two.
 */
export function freshPayload(payload: object): object {
  counter = (counter + 1) % million;
  const moment = new Date().toISOString().slice(0, -1);
  return { ...payload, timestamp: `${moment}${String(counter).padStart(6, '0')}Z` };
}

const million = 1_000_000;
let counter = randomInt(million);
