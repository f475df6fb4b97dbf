import type { Journal } from '../foundations/contracts/journal';
import { badOption, callIt, oneOf, requireMethods, wrapIt } from '../foundations/option-checks';

const methods = ['open', 'append', 'ended', 'find', 'forget', 'stats', 'mark', 'marked'] as const;
const example = 'fileJournal({ directory })';

/**
 * Checks that the option `journal` has every method.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseJournal(journal: unknown): Journal {
  if (typeof journal !== 'object' || journal === null) {
    const remedy = typeof journal === 'string' ? `For a folder, write journal: ${example}.` : callIt(journal, example);
    throw badOption('journal', `a journal such as ${example}`, journal, remedy);
  }
  const given = journal as Readonly<Record<string, unknown>>;
  if (typeof given['append'] !== 'function') refuseOptions(given);
  requireMethods('journal', given, methods, ['ping', 'close']);
  if (given['onFailure'] !== undefined) oneOf('journal.onFailure', given['onFailure'], ['refuse', 'continue']);
  return journal as Journal;
}

/** What journals are made from is known by its members. */
function refuseOptions(given: Readonly<Record<string, unknown>>): void {
  if ('directory' in given) throw wrapIt('journal', 'the options of one', `journal: ${example}`);
  const ofPostgres = 'journal: postgresJournal({ pool, namespace })';
  if ('pool' in given) throw wrapIt('journal', 'the options of one', ofPostgres);
  if (typeof given['query'] === 'function') throw wrapIt('journal', 'a pool', ofPostgres);
}
