/** Sends what comes within one turn of the event loop together. Each promise settles with the sending. */
export function inOneTurn<Item>(send: (items: Item[]) => Promise<unknown>): (item: Item) => Promise<void> {
  let items: Item[] = [];
  let sending: Promise<void> | undefined;

  async function sendAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const due = items;
    items = [];
    sending = undefined;
    await send(due);
  }
  return (item) => {
    items.push(item);
    sending ??= sendAll();
    return sending;
  };
}
