import type { Drift } from '../foundations/contracts/drift';
import { eventShapes } from './event-shapes';
import { driftOf, findDrift } from './find-drift';
import { readEventName } from './validate-event';

/** How many places of one payload are listed. */
const mostPlaces = 100;

/**
 * Lists what a payload has and the schema of its event does not know, each place once and at most 100: unknown
 * properties, and values that an open set does not list. The list is empty for an unknown event. It does not validate.
 */
export function listDrift(value: unknown): readonly Drift[] {
  const event = readEventName(value);
  if (typeof event !== 'string') return [];
  const shape = eventShapes().get(event);
  if (shape === undefined) return [];
  const found = new Map<string, Drift>();
  findDrift(value, shape, (path, kind, example) => {
    if (!found.has(path) && found.size < mostPlaces) found.set(path, driftOf(event, path, kind, example));
  });
  return [...found.values()];
}
