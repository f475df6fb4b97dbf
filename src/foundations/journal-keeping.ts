import type { JournalSeal } from './contracts/journal';
import { parseSeal, type Seal } from './journal-seal';
import { oneOf, wholeNumber } from './option-checks';

/** The options that every journal of ours has. */
export interface KeepingOptions {
  /** How many whole days (UTC) an entry stays after the day on which it was kept, from 1 to 36,500. @default 30 */
  readonly keepDays?: number | undefined;
  /**
   * What becomes of a delivery that cannot be kept: `refuse` answers 503, so that it is repeated; `continue` handles it
   * and logs a warning. @default 'refuse'
   */
  readonly onFailure?: 'refuse' | 'continue' | undefined;
  /**
   * Encrypts the body, the headers and the params with a key of yours. Key, time, event, tenant, scheme and ends stay
   * readable. @default nothing is encrypted
   */
  readonly seal?: JournalSeal | undefined;
}

/** The checked options, with the defaults. */
export interface Keeping {
  readonly keepDays: number;
  readonly onFailure: 'refuse' | 'continue';
  readonly seal: Seal | undefined;
}

/**
 * `path` names the journal in errors.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseKeeping(path: string, { keepDays = 30, onFailure = 'refuse', seal }: KeepingOptions): Keeping {
  return {
    keepDays: wholeNumber(`${path}.keepDays`, keepDays, 1, 36_500),
    onFailure: oneOf(`${path}.onFailure`, onFailure, ['refuse', 'continue']),
    seal: seal === undefined ? undefined : parseSeal(path, seal),
  };
}
