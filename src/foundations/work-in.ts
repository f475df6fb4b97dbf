import { isGeneratorObject } from 'node:util/types';
import { WebhookError } from './errors';
import { isThenable } from './maybe-promise';

/**
 * The work that a result of a user's function stands for: a promise, an array of promises, or a promise of such an array.
 * It ends when all of it has ended, and rejects with the first failure in the array. `undefined` if there is none.
 *
 * @throws WebhookError `BAD_HANDLER` for an Observable or a generator: nobody starts it
 */
export function workIn(result: unknown): Promise<void> | undefined {
  // As `await` does, this calls Promise's own `then`, even if a promise has another one.
  if (isThenable(result)) return Promise.prototype.then.call(Promise.resolve(result), workIn) as Promise<void>;
  refuseUnstarted(result);
  if (!Array.isArray(result)) return undefined;
  const unfinished = (result as readonly unknown[]).filter(isUnfinished);
  return unfinished.length === 0 ? undefined : endOf(unfinished);
}

/** Waits for all items, so that none goes on when the failure of one is told, and none rejects unheard. */
async function endOf(items: readonly unknown[]): Promise<void> {
  const ends = await Promise.allSettled(items.map(end));
  const failed = ends.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function end(item: unknown): Promise<void> {
  refuseUnstarted(item);
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

function refuseUnstarted(value: unknown): void {
  const why = whyUnstarted(value);
  if (why !== undefined) throw new WebhookError('BAD_HANDLER', `A handler returned ${why}`);
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
