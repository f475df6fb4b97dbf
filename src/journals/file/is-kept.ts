import type { Logger } from '../../foundations/contracts/logger';
import { loseEntry } from './lose-entry';
import type { KeyWords } from './segment-index';
import { MovedError, type SegmentReader } from './segment-reader';
import type { Segments } from './segments';

/**
 * Whether a key is kept. An index file may be wrong, and its segment damaged: a key that it alone has is looked up in
 * the segment. An entry that is not found there is lost.
 */
export async function isKept(
  { segments, logger }: { readonly segments: Segments; readonly logger: Logger },
  reader: SegmentReader,
  key: KeyWords,
): Promise<boolean> {
  for (;;) {
    const located = segments.locate(key);
    if (located === undefined) return false;
    const { segment, number } = located;
    if (number >= segment.unread) return true;
    if (segment.moving !== undefined) {
      await segment.moving;
      continue;
    }
    try {
      if ((await reader.entry(located)) !== undefined) return true;
      loseEntry(logger, located);
    } catch (error) {
      if (!(error instanceof MovedError)) throw error;
    }
  }
}
