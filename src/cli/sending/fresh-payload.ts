import { freshTimestamp } from './fresh-timestamp';

/**
 * A copy of a payload with a new `timestamp`. Receivers tell deliveries apart by their bytes, so no copy is taken for a
 * duplicate, not even of an earlier run.
 */
export function freshPayload(payload: object): object {
  return { ...payload, timestamp: freshTimestamp() };
}
