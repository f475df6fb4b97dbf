import type { Journal, JournalSeal } from './contracts/journal';
import { parseSeal, type Seal } from './journal-seal';
import { oneOf, wholeNumber } from './option-checks';

/** What every journal of ours can be told about keeping. */
interface KeepingOptions {
  readonly keepDays?: number | undefined;
  readonly onFailure?: Journal['onFailure'];
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
