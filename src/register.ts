import { WebhookError } from './errors';
import type { NamedHandler, Registry } from './handlers/registry';
import { badOption, didYouMean, requireFunction } from './option-checks';

type Run = NamedHandler['run'];

/**
 * Checks what was passed to `on`, and registers it.
 *
 * @throws WebhookError `UNKNOWN_EVENT`, `BAD_HANDLER` or `HANDLER_NAME_TAKEN`
 */
export function registerHandler(
  registry: Registry,
  events: ReadonlyMap<string, unknown>,
  selector: unknown,
  handler: unknown,
  name: unknown,
): void {
  const selected = selector === '*' ? undefined : parseSelector(selector, events);
  const selectedNames = selected === undefined ? '*' : [...selected].join(',');
  requireFunction(`on('${selectedNames}')`, handler, 'BAD_HANDLER');
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw badOption(`on('${selectedNames}').name`, 'a string with text', name);
  }
  registry.add(selected, { name: name ?? selectedNames, run: handler as Run });
}

function parseSelector(selector: unknown, events: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const names: readonly unknown[] = Array.isArray(selector) ? selector : [selector];
  if (names.length === 0) throw badOption('on', "the name of an event, several in an array, or '*'", selector);
  return new Set(names.map((name) => parseEventName(name, events)));
}

function parseEventName(name: unknown, events: ReadonlyMap<string, unknown>): string {
  if (typeof name !== 'string') throw badOption('on', "the name of an event, several in an array, or '*'", name);
  if (events.has(name)) return name;
  const known = [...events.keys()];
  const hint = didYouMean(name, known) || ` Known are ${known.join(', ')}.`;
  throw new WebhookError('UNKNOWN_EVENT', `There is no event ${JSON.stringify(name)}.${hint}`);
}

/**
 * Checks what was passed to `onInvalid` or `onUnknown`; its progress is remembered like a handler's.
 *
 * @throws WebhookError `BAD_HANDLER` or `HANDLER_NAME_TAKEN`
 */
export function registerCallback(name: string, taken: NamedHandler | undefined, callback: unknown): NamedHandler {
  requireFunction(name, callback, 'BAD_HANDLER');
  if (taken !== undefined)
    throw new WebhookError('HANDLER_NAME_TAKEN', `${name} has a callback already, and takes one.`);
  return { name, run: callback as Run };
}
