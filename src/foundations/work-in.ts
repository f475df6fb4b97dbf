import { isGeneratorObject } from 'node:util/types';
import { WebhookError } from './errors';
import { isThenable } from './maybe-promise';

/**
 * The work that a result of a user's function stands for: a promise, an array of promises, or a promise of such an array.
 * It ends when all of it has ended, and rejects with the first failure in the array. `undefined` if there is none.
 *
 * @param who the function, for the message
 * @throws WebhookError `BAD_HANDLER` for an Observable or a generator: nobody starts it
 */
export function workIn(result: unknown, who = 'A handler'): Promise<void> | undefined {
  if (isThenable(result)) {
    // As `await` does, this calls Promise's own `then`, even if a promise has another one.
    const inner = (value: unknown): Promise<void> | undefined => workIn(value, who);
    return Promise.prototype.then.call(Promise.resolve(result), inner) as Promise<void>;
  }
  refuseUnstarted(result, who);
  if (!Array.isArray(result)) return undefined;
  const unfinished = (result as readonly unknown[]).filter(isUnfinished);
  return unfinished.length === 0 ? undefined : endOf(unfinished, who);
}

/** Waits for all items, so that none goes on when the failure of one is told, and none rejects unheard. */
async function endOf(items: readonly unknown[], who: string): Promise<void> {
  const ends = await Promise.allSettled(items.map((item) => end(item, who)));
  const failed = ends.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function end(item: unknown, who: string): Promise<void> {
  refuseUnstarted(item, who);
  await item;
}

/** An item that throws when it is looked at is no promise. */
function isUnfinished(item: unknown): boolean {
  try {
    return isThenable(item) || whyUnstarted(item) !== undefined;
  } catch {
    return false;
  }
}

function refuseUnstarted(value: unknown, who: string): void {
  const why = whyUnstarted(value);
  if (why !== undefined) throw new WebhookError('BAD_HANDLER', `${who} returned ${why}`);
}

/** Why a value does nothing by itself, and what to return instead; `undefined` for any other value. */
function whyUnstarted(value: unknown): string | undefined {
  if (isGeneratorObject(value)) {
    return 'a generator, of which nothing runs before it is asked for values. Return a promise, as of an async function.';
  }
  if (!isObservable(value)) return undefined;
  return (
    'an Observable, which does nothing before it is subscribed to. Return a promise, as in ' +
    'await firstValueFrom(observable), or await lastValueFrom(observable) for all its values.'
  );
}

/** Whether a value is an Observable, of RxJS or another library. */
function isObservable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const given = value as Readonly<Record<PropertyKey, unknown>>;
    const { observable = '@@observable' } = Symbol as { readonly observable?: symbol };
    return typeof given['subscribe'] === 'function' && (observable in given || '@@observable' in given);
  } catch {
    return false;
  }
}
