import type { Settled } from '../foundations/delivery';
import { FoundMatch } from './readings/found-match';
import type { Reading } from './readings/reading';
import { describeUntried, refuse, type UnsignedTime } from './refusal';

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
  const fresh = readings.filter(isFresh);
  const timely = new Set(fresh.filter(({ signedAt }) => signedAt !== undefined).map(({ header }) => header));
  const stale = readings.find((reading) => !isFresh(reading) && !timely.has(reading.header));
  return stale === undefined
    ? fresh
    : refuse(describeUntried(unsignedTimeOf(stale), (stale.signedAt ?? now) - now, toleranceMs));
}

/** The header with the timestamp, if it is another one, and the line for a sender who does not sign it. */
function unsignedTimeOf(stale: Reading): UnsignedTime | undefined {
  const { timestampHeader, digests } = stale;
  const [digest] = digests;
  if (timestampHeader === undefined || digest === undefined) return undefined;
  const unsigned: Reading = { ...stale, scheme: 'hmac', timestampHeader: undefined, content: undefined };
  return { timestampHeader, pin: new FoundMatch(unsigned, digest).pin };
}
