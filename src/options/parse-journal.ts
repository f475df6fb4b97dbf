import type { Journal } from '../foundations/contracts/journal';
import { badOption, callIt, hasMethod, oneOf, requireMethods, wrapIt } from '../foundations/option-checks';

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
  if (!hasMethod(journal, 'append')) refuseOptions(journal);
  requireMethods('journal', journal, methods, ['ping', 'close']);
  const { onFailure } = journal as Partial<Journal>;
  if (onFailure !== undefined) oneOf('journal.onFailure', onFailure, ['refuse', 'continue']);
  return journal as Journal;
}

/** What journals are made from is known by its members. */
function refuseOptions(given: object): void {
  if ('directory' in given) throw wrapIt('journal', 'the options of one', `journal: ${example}`);
  const ofPostgres = 'journal: postgresJournal({ pool, namespace })';
  if ('pool' in given) throw wrapIt('journal', 'the options of one', ofPostgres);
  if (hasMethod(given, 'query')) throw wrapIt('journal', 'a pool', ofPostgres);
}
