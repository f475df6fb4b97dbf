import { resolve } from 'node:path';
import { WebhookError } from '../../foundations/errors';
import { type Keeping, type KeepingOptions, parseKeeping } from '../../foundations/journal-keeping';
import { knownOptions, requireText, wrapIt } from '../../foundations/option-checks';
import { checkFolder } from './folder';
import { requireShortPath } from './lock';

export interface FileJournalOptions extends KeepingOptions {
  /**
   * A folder of the journal's own, on a local disk of Linux or macOS. It is made, with mode 0700, when it is first used. An existing one
   * that other users may read is refused.
   */
  readonly directory: string;
}

export interface Settings extends Keeping {
  readonly directory: string;
}

const known = { directory: true, keepDays: true, onFailure: true, seal: true } satisfies Record<
  keyof FileJournalOptions,
  true
>;

/** @throws WebhookError `BAD_OPTION` */
export function parseOptions(options: FileJournalOptions): Settings {
  if (typeof options === 'string') throw wrapIt('fileJournal', 'a string', 'fileJournal({ directory })');
  knownOptions(options, 'fileJournal', known);
  requireUnix();
  const directory = resolve(requireText('fileJournal.directory', options.directory));
  requireShortPath(directory);
  checkFolder(directory);
  return Object.freeze({ directory, ...parseKeeping('fileJournal', options) });
}

/** Windows has no Unix sockets for Node, no modes that keep a folder private, and no sync of a folder. */
function requireUnix(): void {
  if (process.platform !== 'win32') return;
  const remedy = 'Use postgresJournal, from bigmind-webhooks/postgres; on PGlite it needs no server.';
  throw new WebhookError('BAD_OPTION', `fileJournal: expected Linux or macOS, got Windows. ${remedy}`);
}
