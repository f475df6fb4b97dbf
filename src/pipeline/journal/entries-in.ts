import type { Journal, JournalQuery, JournalRecord } from '../../foundations/contracts/journal';
import { ignoreRejection } from '../../foundations/maybe-promise';
import { show } from '../../foundations/option-checks';

type Entries = AsyncIterable<JournalRecord>;

/** The entries that a journal finds. An async method without a star gives a promise, and nobody would hear it reject. */
export function entriesIn(journal: Journal, query: JournalQuery): Entries {
  const found: unknown = journal.find(query);
  if (isIterable(found)) return found;
  ignoreRejection(found);
  throw new TypeError(`journal.find: expected an async iterable, got ${show(found)}. Write async *find(query) { … }.`);
}

/** `for await` takes an array, too. */
function isIterable(found: unknown): found is Entries {
  const isObject = typeof found === 'object' && found !== null;
  return isObject && (Symbol.asyncIterator in found || Symbol.iterator in found);
}
