import { wholeNumber } from '../foundations/option-checks';
import { longestTimer } from '../foundations/timeouts';

/** The options that every engine has. What they mean stands at the options of each: engines pause and round differently. */
export interface SharedOptions {
  readonly attempts?: number | undefined;
  readonly backoffMs?: number | undefined;
  readonly lostAfterMs?: number | undefined;
}

/** Reads them with the same defaults and ranges. `path` is the name of the queue, such as `bullmqQueue`. */
export function parseSharedOptions(path: string, given: SharedOptions): Readonly<Record<keyof SharedOptions, number>> {
  const { attempts = 12, backoffMs = 5000, lostAfterMs = 30_000 } = given;
  return {
    attempts: wholeNumber(`${path}.attempts`, attempts, 1, 20),
    backoffMs: wholeNumber(`${path}.backoffMs`, backoffMs, 1),
    lostAfterMs: wholeNumber(`${path}.lostAfterMs`, lostAfterMs, 1000, longestTimer),
  };
}
