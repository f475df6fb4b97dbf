import { WebhookError } from '../foundations/errors';
import {
  badOption,
  didYouMean,
  knownOptions,
  requireCallback,
  requireText,
  shownName,
} from '../foundations/option-checks';
import { isNote } from '../handlers/ledger-notes';
import type { NamedHandler, Registration } from '../handlers/registry';

type Run = NamedHandler['run'];

const aSelector = "the name of an event, several in an array, or '*'";

/** Names under which callbacks record progress. A handler may use neither these nor the name of a ledger note. */
const callbackNames: readonly unknown[] = ['onInvalid', 'onUnknown'];

/**
 * Reads what was passed to `on`: a handler with its name and its events.
 *
 * @throws WebhookError `UNKNOWN_EVENT`, `BAD_OPTION`, `BAD_HANDLER` or `HANDLER_NAME_TAKEN`
 */
export function parseRegistration(
  events: ReadonlyMap<string, unknown>,
  selector: unknown,
  handler: unknown,
  registration: unknown,
): Registration {
  const selected = selector === '*' ? undefined : parseSelector(selector, events);
  const selectedNames = selected === undefined ? '*' : [...selected].join(',');
  requireCallback(`on('${selectedNames}')`, handler);
  const { name } = knownOptions(registration, `on('${selectedNames}')`, { name: true }) as { name?: unknown };
  if (callbackNames.includes(name)) {
    throw new WebhookError('HANDLER_NAME_TAKEN', `"${String(name)}" names a callback: pass another { name: '…' }.`);
  }
  if (typeof name === 'string' && isNote(name)) {
    throw new WebhookError('HANDLER_NAME_TAKEN', `"${name}" is a note of replays: pass another { name: '…' }.`);
  }
  const ownName = name === undefined ? selectedNames : requireText(`on('${selectedNames}').name`, name);
  return { events: selected, name: ownName, run: handler as Run };
}

function parseSelector(selector: unknown, events: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const names: readonly unknown[] = Array.isArray(selector) ? selector : [selector];
  if (names.length === 0) throw badOption('on', aSelector, selector);
  return new Set(names.map((name) => parseEventName(name, events)));
}

function parseEventName(name: unknown, events: ReadonlyMap<string, unknown>): string {
  if (typeof name !== 'string') throw badOption('on', aSelector, name);
  if (events.has(name)) return name;
  if (name === '*') throw badOption('on', aSelector, name, "'*' stands alone, in no array.");
  throw unknownEvent('on', name, events);
}

/** The error for an unknown event. It suggests the most similar one. */
export function unknownEvent(path: string, name: string, events: ReadonlyMap<string, unknown>): WebhookError {
  const known = [...events.keys()];
  const hint = didYouMean(name, known) || ` Known are ${known.join(', ')}.`;
  return new WebhookError('UNKNOWN_EVENT', `${path}: there is no event ${shownName(name, known)}.${hint}`);
}

/**
 * Reads what was passed to `onInvalid` or `onUnknown`. Its progress is remembered like that of a handler.
 *
 * @throws WebhookError `BAD_HANDLER` or `HANDLER_NAME_TAKEN`
 */
export function parseCallback(name: string, taken: NamedHandler | undefined, callback: unknown): NamedHandler {
  requireCallback(name, callback);
  if (taken !== undefined) {
    throw new WebhookError('HANDLER_NAME_TAKEN', `${name} has a callback already, and takes one: do both in it.`);
  }
  return { name, run: callback as Run };
}
