import { atMost } from './timeouts';

export interface BatchSettings<Item> {
  /** How many batches may be under way at once. What comes meanwhile goes into the next. @default no limit */
  readonly atOnce?: number | undefined;
  /** The size of an item, and of a batch, which holds one item at least. @default no limit */
  readonly sizes?: { readonly of: (item: Item) => number; readonly most: number } | undefined;
  /** Whether an error may come from a single item: each is sent by itself then. @default never */
  readonly mayBeOfOne?: ((error: unknown) => boolean) | undefined;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A batch without an answer for this long holds up no other, in milliseconds: its connection may be dead. */
const patienceMs = 1000;

/**
 * Sends what comes within one turn of the event loop together, all or none. Each promise settles with the sending of its
 * item.
 */
export function inBatches<Item>(
  send: (items: readonly Item[]) => Promise<unknown>,
  { atOnce = Number.POSITIVE_INFINITY, sizes, mayBeOfOne = () => false }: BatchSettings<Item> = {},
): (item: Item) => Promise<void> {
  const waiting: Waiting<Item>[] = [];
  let isDue = false;
  let underWay = 0;

  function start(): void {
    if (isDue || waiting.length === 0 || underWay >= atOnce) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      while (waiting.length > 0 && underWay < atOnce) begin(take());
    });
  }
  function take(): readonly Waiting<Item>[] {
    if (sizes === undefined) return waiting.splice(0);
    let size = 0;
    const end = waiting.findIndex(({ item }) => {
      size += sizes.of(item);
      return size > sizes.most;
    });
    return waiting.splice(0, end < 0 ? waiting.length : Math.max(1, end));
  }
  function begin(batch: readonly Waiting<Item>[]): void {
    underWay += 1;
    const settled = settle(batch);
    void (atOnce === Number.POSITIVE_INFINITY ? settled : atMost(patienceMs, settled)).then(() => {
      underWay -= 1;
      start();
    });
  }
  async function settle(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      await send(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length > 1 && mayBeOfOne(error)) await Promise.all(batch.map((one) => settle([one])));
      else for (const { reject } of batch) reject(error);
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      start();
    });
}
