import { resolve } from 'node:path';
import type { Journal } from '../../foundations/contracts/journal';
import {
  badOption,
  callIt,
  knownOptions,
  oneOf,
  requireFunction,
  requireText,
  wholeNumber,
  wrapIt,
} from '../../foundations/option-checks';
import { checkFolder } from './folder';
import { type JournalSeal, type Seal, sealWith } from './seal';

export interface FileJournalOptions {
  /**
   * A folder of the journal's own, on a local disk. It is made, with mode 0700, when it is first used. An existing one
   * that other users may read is refused.
   */
  readonly directory: string;
  /** How many whole days (UTC) entries are kept after the day on which they came; at least 1. @default 30 */
  readonly keepDays?: number | undefined;
  /**
   * What becomes of a delivery that cannot be kept: `refuse` answers 503, so that it is repeated; `continue` handles it
   * and logs a warning. @default 'refuse'
   */
  readonly onFailure?: Journal['onFailure'];
  /**
   * Encrypts the body, the headers and the params with a key of yours. Key, time, event, tenant, scheme and ends stay
   * readable. @default nothing is encrypted
   */
  readonly seal?: JournalSeal | undefined;
}

export interface Settings {
  readonly directory: string;
  readonly keepDays: number;
  readonly onFailure: 'refuse' | 'continue';
  readonly seal: Seal | undefined;
}

const known = { directory: true, keepDays: true, onFailure: true, seal: true } satisfies Record<
  keyof FileJournalOptions,
  true
>;
const knownOfSeal = { encrypt: true, decrypt: true } satisfies Record<keyof JournalSeal, true>;

/** @throws WebhookError `BAD_OPTION` */
export function parseOptions(options: FileJournalOptions): Settings {
  if (typeof options === 'string') throw wrapIt('fileJournal', 'a string', 'fileJournal({ directory })');
  knownOptions(options, 'fileJournal', known);
  const { keepDays = 30, onFailure = 'refuse', seal } = options;
  const directory = resolve(requireText('fileJournal.directory', options.directory));
  checkFolder(directory);
  return Object.freeze({
    directory,
    keepDays: wholeNumber('fileJournal.keepDays', keepDays, 1, 36_500),
    onFailure: oneOf('fileJournal.onFailure', onFailure, ['refuse', 'continue'] as const),
    seal: seal === undefined ? undefined : parseSeal(seal),
  });
}

function parseSeal(seal: JournalSeal): Seal {
  const path = 'fileJournal.seal';
  if (typeof seal === 'function') throw badOption(path, 'an object', seal, callIt(seal, 'seal: makeSeal(key)'));
  if (typeof seal !== 'object' || seal === null) throw badOption(path, 'an object', seal);
  const given = seal as Readonly<Partial<Record<keyof JournalSeal, unknown>>>;
  // One that has both may have more, such as an object of a class.
  if (given.encrypt === undefined || given.decrypt === undefined) knownOptions(seal, path, knownOfSeal);
  requireFunction(`${path}.encrypt`, given.encrypt);
  requireFunction(`${path}.decrypt`, given.decrypt);
  return sealWith(seal);
}
