import type { Logger } from '../foundations/contracts/logger';
import { describeError } from '../foundations/describe-error';
import { isThenable } from '../foundations/maybe-promise';
import { logSafely } from '../foundations/tell';
import type { Settings } from '../options/parse-options';

/**
 * Opens the queue and the journal. The `open` of a user's own may be async, though nobody waits for it: a rejection
 * must not end the process, and is logged with its name. A part that failed then fails its deliveries by itself.
 */
export function openParts({ queue, journal, maxRunMs, clock }: Settings, logger: Logger): void {
  const opened: Readonly<Record<string, unknown>> = {
    'queue.open': queue?.open({ maxRunMs, logger }),
    'journal.open': journal?.open({ logger, clock }),
  };
  for (const [name, answer] of Object.entries(opened)) {
    if (isThenable(answer)) answer.then(undefined, (error: unknown) => tell(name, error, logger));
  }
}

function tell(name: string, error: unknown, logger: Logger): void {
  const remedy = 'It is not awaited: do what takes time in the first call that needs it, and reject there.';
  logSafely(logger, 'error', { cause: describeError(error) }, `${name} rejected. ${remedy}`);
}
