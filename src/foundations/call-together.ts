/** How to call for several items at once. */
export interface TogetherSettings<Item, Answer> {
  /** Resolves to an answer for each item, in their order. Rejects for all of them. */
  readonly call: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** No call has two items with the same text: those of one key come one after the other. */
  readonly keyOf: (item: Item) => string;
  /** Whether after this error each item of the call is tried alone, since another one may be the cause. @default never */
  readonly isTriedApart?: ((error: unknown) => boolean) | undefined;
}

/** What waits for its call. */
interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer | PromiseLike<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/** The real clock. A turn that is shared would never come if it belonged to a test's fake clock that is gone. */
const { setImmediate, setTimeout, clearTimeout } = globalThis;

/** How many items a call may have. */
const mostItems = 100;
/** How long items wait for the call that is under way, in milliseconds. It may itself wait, for instance for a lock. */
const patienceMs = 20;

/**
 * Makes one call for all items that come in one turn of the event loop, or while such a call is under way. Each promise
 * settles with the answer for its own item.
 */
export function callTogether<Item, Answer>(settings: TogetherSettings<Item, Answer>): (item: Item) => Promise<Answer> {
  const { call, keyOf, isTriedApart = () => false } = settings;
  let waiting: Waiting<Item, Answer>[] = [];
  let isDue = false;

  function next(): void {
    isDue = waiting.length > 0;
    if (isDue) setImmediate(callNext);
  }

  function callNext(): void {
    const batch = takeBatch();
    let goOn = (): void => {
      goOn = () => undefined;
      next();
    };
    const patience = setTimeout(() => goOn(), patienceMs).unref();
    void callFor(batch).finally(() => {
      clearTimeout(patience);
      goOn();
    });
  }

  function takeBatch(): readonly Waiting<Item, Answer>[] {
    const batch = new Map<string, Waiting<Item, Answer>>();
    const later: Waiting<Item, Answer>[] = [];
    for (const each of waiting) {
      const key = keyOf(each.item);
      if (batch.has(key) || batch.size >= mostItems) later.push(each);
      else batch.set(key, each);
    }
    waiting = later;
    return [...batch.values()];
  }

  async function callFor(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await call(batch.map(({ item }) => item));
      if (answers.length !== batch.length) throw new Error('A call for several items did not answer for each.');
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      if (batch.length > 1 && isTriedApart(error)) await Promise.all(batch.map((each) => callFor([each])));
      else for (const { reject } of batch) reject(error);
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isDue) next();
    });
}
