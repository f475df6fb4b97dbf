import type { JournalForget, JournalQuery } from '../foundations/contracts/journal';
import type { FindOptions, JournalFilter } from '../foundations/contracts/replay';
import { badOption, didYouMean, knownOptions, momentOf, oneOf, requireText } from '../foundations/option-checks';
import { isOutcome, type Outcome, outcomes } from '../foundations/outcomes';
import { unknownEvent } from './parse-registration';

export const knownFilter = {
  from: true,
  to: true,
  event: true,
  tenant: true,
  outcome: true,
  key: true,
} satisfies Record<keyof JournalFilter, true>;

const knownFind = { ...knownFilter, order: true } satisfies Record<keyof FindOptions, true>;
const orders = ['oldest first', 'newest first'] as const;

type Events = ReadonlyMap<string, unknown>;

/**
 * Reads the options of `journal.find()`.
 *
 * @throws WebhookError `BAD_OPTION` or `UNKNOWN_EVENT`
 */
export function parseFind(given: FindOptions, events: Events): JournalQuery {
  knownOptions(given, 'journal.find', knownFind);
  const { order = 'newest first' } = given;
  return { ...parseFilter(given, 'journal.find', events), order: oneOf('journal.find.order', order, orders) };
}

/** The part of a query that names deliveries. */
export function parseFilter(given: JournalFilter, path: string, events: Events): Omit<JournalQuery, 'order'> {
  const { from, to, event, tenant, outcome, key } = given;
  return {
    from: from === undefined ? undefined : momentOf(`${path}.from`, from),
    to: to === undefined ? undefined : momentOf(`${path}.to`, to),
    key: key === undefined ? undefined : requireText(`${path}.key`, key),
    tenant: tenant === undefined ? undefined : requireTenant(`${path}.tenant`, tenant),
    events: event === undefined ? undefined : eachOf(event, (name) => parseEvent(`${path}.event`, name, events)),
    outcomes: outcome === undefined ? undefined : eachOf(outcome, (name) => parseOutcome(`${path}.outcome`, name)),
  };
}

/**
 * Reads the argument of `journal.forget()`. It must name one thing: two of them would be read as "and" by some people
 * and as "or" by others.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseForget(given: unknown): JournalForget {
  knownOptions(given, 'journal.forget', { key: true, tenant: true, before: true });
  const named = Object.entries(given as Readonly<Record<string, unknown>>).filter(([, value]) => value !== undefined);
  const [only] = named;
  if (named.length !== 1 || only === undefined) {
    throw badOption('journal.forget', '{ key }, { tenant } or { before }, one of them', given);
  }
  const [name, value] = only;
  const path = `journal.forget.${name}`;
  if (name === 'before') return { before: momentOf(path, value) };
  return name === 'key' ? { key: requireText(path, value) } : { tenant: requireTenant(path, value) };
}

/** Any name that the `secret` function may give: deliveries kept under it must be found, and forgotten. */
function requireTenant(path: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw badOption(path, 'a string with text', value);
}

/** An empty array would find nothing: it is refused, as no name is. */
function eachOf<T>(given: unknown, parse: (name: unknown) => T): readonly T[] {
  return Array.isArray(given) && given.length > 0 ? given.map((name: unknown) => parse(name)) : [parse(given)];
}

function parseEvent(path: string, name: unknown, events: Events): string {
  if (typeof name !== 'string') throw badOption(path, 'the name of an event, or several in an array', name);
  if (events.has(name)) return name;
  throw unknownEvent(path, name, events);
}

function parseOutcome(path: string, name: unknown): Outcome {
  if (isOutcome(name)) return name;
  const hint = typeof name === 'string' ? didYouMean(name, Object.keys(outcomes)) : '';
  throw badOption(path, "an outcome such as 'failed', or several in an array", name, hint.trim());
}
