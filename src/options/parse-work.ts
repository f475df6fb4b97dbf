import { isRecord } from '../foundations/is-record';
import { badOption, knownOptions, wholeNumber } from '../foundations/option-checks';
import type { WorkSettings } from '../queueing/job-worker';
import type { WorkOptions } from '../receiver';
import { unknownEvent } from './parse-registration';

const known = { concurrency: true, perEvent: true } satisfies Record<keyof WorkOptions, true>;

/**
 * Reads the options of `work()`.
 *
 * @throws WebhookError `BAD_OPTION` or `UNKNOWN_EVENT`
 */
export function parseWork(given: WorkOptions, events: ReadonlyMap<string, unknown>): WorkSettings {
  knownOptions(given, 'work', known);
  const { concurrency = 10, perEvent = {} } = given;
  return { concurrency: wholeNumber('work.concurrency', concurrency, 1), perEvent: parsePerEvent(perEvent, events) };
}

function parsePerEvent(limits: unknown, events: ReadonlyMap<string, unknown>): ReadonlyMap<string, number> {
  if (!isRecord(limits)) throw badOption('work.perEvent', 'an object of whole numbers by event name', limits);
  const parsed = new Map<string, number>();
  for (const [event, limit] of Object.entries(limits)) {
    if (!events.has(event)) throw unknownEvent('work.perEvent', event, events);
    if (limit !== undefined) parsed.set(event, wholeNumber(`work.perEvent.${event}`, limit, 1));
  }
  return parsed;
}
