import { randomUUID } from 'node:crypto';
import { readJson } from '../../foundations/foreign-values';
import { isRecord } from '../../foundations/is-record';
import type { SharedNamespace } from '../shared-namespace';
import type { BullmqClient } from './connection';
import type { Place } from './engine';

export interface WorkerRecordsSettings {
  readonly client: BullmqClient;
  readonly place: Place;
  readonly everyMs: number;
  readonly shared: SharedNamespace;
  readonly onError: (error: unknown) => void;
}

/** A record that did not change for so many looks is of a dead worker. */
const mostLooks = 3;

/**
 * Keeps a record of this worker beside the queue, and reads those of the others. A worker changes its record at each
 * look, so that no clocks are compared. Returns a function that removes the record.
 */
export function keepWorkerRecord(settings: WorkerRecordsSettings): () => Promise<void> {
  const { client, place, everyMs, shared, onError } = settings;
  const key = `${place.prefix}:${place.name}:bigmind-workers`;
  const id = randomUUID();
  let count = 0;
  let hasEnded = false;
  let seen = new Map<string, { readonly text: string; readonly looks: number }>();
  let timer = setTimeout(look, 0).unref();

  function look(): void {
    void lookOnce()
      .catch(onError)
      .finally(() => {
        if (!hasEnded) timer = setTimeout(look, everyMs).unref();
      });
  }

  async function lookOnce(): Promise<void> {
    count += 1;
    await client.hset(key, id, JSON.stringify({ count, handlers: shared.own }));
    const records = Object.entries((await client.hgetall(key)) ?? {}).filter(([other]) => other !== id);
    const now: typeof seen = new Map();
    for (const [other, text] of records) {
      const before = seen.get(other);
      now.set(other, { text: String(text), looks: before?.text === String(text) ? before.looks + 1 : 0 });
    }
    seen = now;
    const dead = [...now].filter(([, { looks }]) => looks >= mostLooks).map(([other]) => other);
    if (dead.length > 0) await client.hdel(key, ...dead);
    const living = [...now.values()].filter(({ looks }) => looks < mostLooks).map(({ text }) => readJson(text));
    shared.look(living.map((record) => (isRecord(record) ? record['handlers'] : undefined)));
  }

  return async () => {
    hasEnded = true;
    clearTimeout(timer);
    await client.hdel(key, id);
  };
}
