import type { Segment } from './segment';
import type { KeyWords } from './segment-index';
import type { Segments } from './segments';

/**
 * Drops each index with a key that an earlier one has, too: a file was moved out of the folder, and put back after its
 * deliveries came again. The segments of dropped indexes are read, which finds the entry that counts: the first.
 */
export function dropConflicting(segments: readonly Segment[]): void {
  const common = commonWords(segments);
  for (const [at, segment] of segments.entries()) {
    if (common.size > 0 && hasKeyOf(segments.slice(0, at), segment, common)) segment.reset();
  }
}

/** Drops the indexes of later segments that have a key which is read in this one. */
export function dropLater(segments: Segments, segment: Segment, key: KeyWords): void {
  let located = segments.locate(key);
  while (located !== undefined && located.segment.first > segment.first) {
    located.segment.reset();
    located = segments.locate(key);
  }
}

/** The first words that several keys share. Nearly all belong to keys that come more than once. */
function commonWords(segments: readonly Segment[]): ReadonlySet<number> {
  const words = new Uint32Array(segments.reduce((sum, { index }) => sum + index.count, 0));
  let filled = 0;
  for (const { index } of segments) {
    for (let number = 0; number < index.count; number += 1) {
      words[filled] = index.keyOf(number)[0];
      filled += 1;
    }
  }
  // Sorted, they lie beside each other. To look for each key in each index takes longer.
  words.sort();
  return new Set(words.filter((word, at) => word === words[at + 1]));
}

function hasKeyOf(others: readonly Segment[], { index }: Segment, common: ReadonlySet<number>): boolean {
  for (let number = 0; number < index.count; number += 1) {
    const key = index.keyOf(number);
    // One that was lost is not found.
    const isMeant = common.has(key[0]) && index.find(key) !== undefined;
    if (isMeant && others.some((other) => other.index.find(key) !== undefined)) return true;
  }
  return false;
}
