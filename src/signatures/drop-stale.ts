import type { Settled } from '../foundations/delivery';
import type { Reading } from './readings/reading';
import { describeUntried, refuse } from './refusal';

/**
 * Drops the readings whose timestamp is out of tolerance, before any MAC is computed. If a signature has no other
 * timestamp, the request is refused: a sender of several signatures is held to a timestamp as long as it is there.
 */
export function dropStale(
  readings: readonly Reading[],
  now: number,
  toleranceMs: number,
): readonly Reading[] | Settled {
  const isFresh = ({ signedAt = now }: Reading): boolean => Math.abs(signedAt - now) <= toleranceMs;
  if (readings.every(isFresh)) return readings;
  const fresh = readings.filter(isFresh);
  const timely = new Set(fresh.filter(({ signedAt }) => signedAt !== undefined).map(({ header }) => header));
  const stale = readings.find((reading) => !isFresh(reading) && !timely.has(reading.header));
  return stale === undefined ? fresh : refuse(describeUntried(stale, (stale.signedAt ?? now) - now, toleranceMs));
}
