import { isRecord } from '../../foundations/is-record';
import { escapeKey } from '../../foundations/json-pointer';
import type { ChangedValue } from './wire';

/** How many pairs of values are compared. */
const mostCompared = 20_000;

/** How many changes are listed. */
export const mostChanges = 100;

/** The longest value that is shown, in characters. */
const longestShown = 200;

/** The longest place that is shown. A name may be as long as the body, and each change has it in its place. */
const longestPlace = 500;

interface Pair {
  readonly pointer: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The values that differ, by their JSON Pointer; `isAll` is false if there may be more. It does not recurse. */
export function diffValues(
  before: unknown,
  after: unknown,
): { readonly changes: readonly ChangedValue[]; readonly isAll: boolean } {
  const changes: ChangedValue[] = [];
  const pending: Pair[] = [{ pointer: '', before, after }];
  let compared = 0;
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    compared += 1;
    if (compared > mostCompared || changes.length === mostChanges) return { changes, isAll: false };
    const keys = commonKeys(pair);
    if (keys === undefined) {
      if (!Object.is(pair.before, pair.after)) changes.push(changeOf(pair));
    } else if (keys.length + pending.length > mostCompared) {
      return { changes, isAll: false };
    } else {
      pending.push(...keys.toReversed().map((key) => childOf(pair, key)));
    }
  }
  return { changes, isAll: true };
}

/** The keys of two lists or two objects; `undefined` for what is compared as a whole. */
function commonKeys({ before, after }: Pair): readonly string[] | undefined {
  const areLists = Array.isArray(before) && Array.isArray(after);
  if (!areLists && !(isRecord(before) && isRecord(after))) return undefined;
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}

function childOf({ pointer, before, after }: Pair, key: string): Pair {
  const below = `${pointer}/${escapeKey(key)}`;
  return { pointer: below, before: valueAt(before, key), after: valueAt(after, key) };
}

/** `undefined` where there is none: JSON has no such value. */
function valueAt(holder: unknown, key: string): unknown {
  return Object.hasOwn(holder as object, key) ? (holder as Record<string, unknown>)[key] : undefined;
}

function changeOf({ pointer, before, after }: Pair): ChangedValue {
  return {
    pointer: cut(pointer, longestPlace),
    ...(before !== undefined && { before: shown(before) }),
    ...(after !== undefined && { after: shown(after) }),
  };
}

/** A list or an object that stands against something else is named, not shown. */
function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}';
  return cut(JSON.stringify(value), longestShown);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
