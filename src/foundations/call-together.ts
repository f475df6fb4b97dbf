import { onlyOnce } from './only-once';
import { afterMs, atEndOfTurn } from './real-timers';

/** How to call for several items at once. */
export interface TogetherSettings<Item, Answer> {
  /** Resolves to an answer for each item, in their order. Rejects for all of them. */
  readonly call: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** No call has two items with the same text. @default no limit */
  readonly keyOf?: ((item: Item) => string) | undefined;
  /** The size of an item, and of a call, which has one item at least. @default 100 items */
  readonly sizes?: { readonly of: (item: Item) => number; readonly most: number } | undefined;
  /** How long after a call has begun the next one begins, at least, in milliseconds, unless that is full. @default 0 */
  readonly restMs?: number | undefined;
  /** Whether after this error each item of the call is tried alone, since another one may be the cause. @default never */
  readonly isTriedApart?: ((error: unknown) => boolean) | undefined;
}

/** What waits for its call. */
interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly key: string | undefined;
  readonly size: number;
  readonly resolve: (answer: Answer | PromiseLike<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

const hundredItems = { of: () => 1, most: 100 };
/** How long a call holds up the next one, in milliseconds. It may itself wait, for instance for a lock. */
const patienceMs = 20;

/**
 * Makes one call for all items that come in one turn of the event loop, or while such calls are under way. Each promise
 * settles with the answer for its own item.
 */
export function callTogether<Item, Answer>(settings: TogetherSettings<Item, Answer>): (item: Item) => Promise<Answer> {
  const { call, keyOf, sizes = hundredItems, restMs = 0, isTriedApart = () => false } = settings;
  let waiting: Waiting<Item, Answer>[] = [];
  let isDue = false;
  let isHeld = false;
  let stopRest: (() => void) | undefined;

  function start(): void {
    if (isDue || isHeld || waiting.length === 0) return;
    if (stopRest !== undefined && !isFull()) return;
    isDue = true;
    // By the real clock: a turn that is shared would never come if it belonged to a test's fake clock that is gone.
    atEndOfTurn(() => {
      isDue = false;
      begin(takeBatch());
    });
  }

  function isFull(): boolean {
    return waiting.reduce((sum, { size }) => sum + size, 0) >= sizes.most;
  }

  function rest(): void {
    if (restMs === 0) return;
    stopRest?.();
    const endRest = (): void => {
      stopRest = undefined;
      start();
    };
    stopRest = afterMs(restMs, endRest, { keepsAlive: true });
  }

  function begin(batch: readonly Waiting<Item, Answer>[]): void {
    rest();
    isHeld = true;
    const letOn = onlyOnce(() => {
      isHeld = false;
      start();
    });
    const stopWaiting = afterMs(patienceMs, letOn);
    void callFor(batch).finally(() => {
      stopWaiting();
      letOn();
    });
  }

  function takeBatch(): readonly Waiting<Item, Answer>[] {
    const batch: Waiting<Item, Answer>[] = [];
    const later: Waiting<Item, Answer>[] = [];
    const keys = new Set<string>();
    let size = 0;
    for (const each of waiting) {
      const { key } = each;
      size += each.size;
      const isFull = batch.length > 0 && size > sizes.most;
      if (isFull || (key !== undefined && keys.has(key))) later.push(each);
      else batch.push(each);
      if (key !== undefined) keys.add(key);
    }
    waiting = later;
    return batch;
  }

  async function callFor(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await call(batch.map(({ item }) => item));
      if (answers.length !== batch.length)
        throw new Error(`A call for several items: expected ${batch.length} answers, got ${answers.length}.`);
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      if (batch.length > 1 && isTriedApart(error)) await Promise.all(batch.map((each) => callFor([each])));
      else for (const { reject } of batch) reject(error);
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, key: keyOf?.(item), size: sizes.of(item), resolve, reject });
      start();
    });
}
