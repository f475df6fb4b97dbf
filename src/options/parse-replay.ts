import type { JournalQuery } from '../foundations/contracts/journal';
import type { ReplayOptions, ReplayProgress } from '../foundations/contracts/replay';
import {
  badOption,
  badWord,
  didYouMean,
  flag,
  knownOptions,
  requireFunction,
  requireText,
  wholeNumber,
} from '../foundations/option-checks';
import { knownFilter, parseFilter } from './parse-find';

/** The checked options of `journal.replay()`. */
export interface ReplaySettings {
  readonly query: JournalQuery;
  /** `undefined` means every handler of the event. */
  readonly handlers: ReadonlySet<string> | undefined;
  readonly dryRun: boolean;
  readonly force: boolean;
  /** Deliveries a second. */
  readonly rate: number;
  readonly concurrency: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: ReplayProgress) => unknown) | undefined;
  readonly name: string | undefined;
}

const known = {
  ...knownFilter,
  handlers: true,
  dryRun: true,
  force: true,
  rate: true,
  concurrency: true,
  signal: true,
  onProgress: true,
  name: true,
} satisfies Record<keyof ReplayOptions, true>;

const path = 'journal.replay';

/**
 * Reads the options of `journal.replay()`. `names` are those of the registered handlers; `undefined` if another process
 * has them.
 *
 * @throws WebhookError `BAD_OPTION` or `UNKNOWN_EVENT`
 */
export function parseReplay(
  given: ReplayOptions,
  events: ReadonlyMap<string, unknown>,
  names: readonly string[] | undefined,
): ReplaySettings {
  knownOptions(given, path, known);
  const { handlers, dryRun = false, force = false, rate, concurrency = 4, signal, onProgress, name } = given;
  if (onProgress !== undefined) requireFunction(`${path}.onProgress`, onProgress);
  return {
    query: { ...parseFilter(given, path, events), order: 'oldest first' },
    handlers: handlers === undefined ? undefined : parseHandlers(handlers, names),
    dryRun: flag(`${path}.dryRun`, dryRun),
    force: flag(`${path}.force`, force),
    rate: rate === undefined ? Number.POSITIVE_INFINITY : parseRate(rate),
    concurrency: wholeNumber(`${path}.concurrency`, concurrency, 1, 1000),
    signal: signal === undefined ? undefined : parseSignal(signal),
    onProgress,
    name: name === undefined ? undefined : parseName(name),
  };
}

function parseHandlers(given: unknown, names: readonly string[] | undefined): ReadonlySet<string> {
  if (!Array.isArray(given) || given.length === 0) {
    throw badOption(`${path}.handlers`, 'an array with the names of handlers', given);
  }
  return new Set(given.map((name: unknown, index) => parseHandler(`${path}.handlers[${index}]`, name, names)));
}

function parseHandler(at: string, given: unknown, names: readonly string[] | undefined): string {
  const name = requireText(at, given);
  if (names === undefined || names.includes(name)) return name;
  const hint = didYouMean(name, names) || ` Registered are ${names.join(', ')}.`;
  throw badOption(at, 'the name of a registered handler', name, hint.trim());
}

function parseRate(rate: unknown): number {
  if (typeof rate === 'number' && Number.isFinite(rate) && rate > 0) return rate;
  throw badWord(`${path}.rate`, 'a number of deliveries a second, more than 0', rate);
}

/** By its members, since the class may be that of another realm. */
function parseSignal(signal: unknown): AbortSignal {
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return signal as AbortSignal;
  throw badOption(`${path}.signal`, 'an AbortSignal', signal, "Pass a controller's signal, not the controller.");
}

const longestName = 100;

function parseName(given: unknown): string {
  const name = requireText(`${path}.name`, given);
  if (name.length <= longestName) return name;
  throw badOption(`${path}.name`, `a name of at most ${longestName} characters`, given);
}
