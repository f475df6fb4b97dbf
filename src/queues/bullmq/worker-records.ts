import { randomUUID } from 'node:crypto';
import { readJson } from '../../foundations/foreign-values';
import { isRecord } from '../../foundations/is-record';
import type { SharedNamespace } from '../shared-namespace';
import type { BullmqClient } from './connection';
import type { Place } from './engine';
import { waitShortener } from './set-back-clocks';

export interface WorkerRecordsSettings {
  readonly client: BullmqClient;
  readonly place: Place;
  /** How often it looks, and how long the worker's locks are. */
  readonly lostAfterMs: number;
  readonly shared: SharedNamespace;
  readonly onError: (error: unknown) => void;
}

/** A record that did not change for so many looks, its worker's or ours, is of a dead worker. */
const mostLooks = 3;

/**
 * Keeps a record of this worker beside the queue, and reads those of the others. A worker changes its record at each
 * look, so that no clocks are compared. A look also shortens what lies too far ahead since a clock was set back. Returns
 * a function that removes the record.
 */
export function keepWorkerRecord(settings: WorkerRecordsSettings): () => Promise<void> {
  const { client, place, lostAfterMs, shared, onError } = settings;
  const key = `${place.prefix}:${place.name}:bigmind-workers`;
  const shortenWaits = waitShortener(client, place);
  const id = randomUUID();
  let count = 0;
  let hasEnded = false;
  let seen = new Map<string, { readonly text: string; readonly looks: number }>();
  let timer = setTimeout(look, 0).unref();

  function look(): void {
    void lookOnce()
      .catch(onError)
      .finally(() => {
        if (!hasEnded) timer = setTimeout(look, lostAfterMs).unref();
      });
  }

  async function lookOnce(): Promise<void> {
    count += 1;
    await client.hset(key, id, JSON.stringify({ count, handlers: shared.own, lostAfterMs }));
    const records = Object.entries((await client.hgetall(key)) ?? {}).filter(([other]) => other !== id);
    const now: typeof seen = new Map();
    for (const [other, text] of records) {
      const before = seen.get(other);
      now.set(other, { text: String(text), looks: before?.text === String(text) ? before.looks + 1 : 0 });
    }
    seen = now;
    const others = [...now].map(([other, { text, looks }]) => ({ id: other, looks, ...read(text) }));
    const isDead = (other: (typeof others)[number]): boolean =>
      other.looks * lostAfterMs >= mostLooks * Math.max(lostAfterMs, other.lostAfterMs);
    const dead = others.filter(isDead).map((other) => other.id);
    if (dead.length > 0) await client.hdel(key, ...dead);
    const living = others.filter((other) => !isDead(other));
    shared.look(living.map(({ handlers }) => handlers));
    await shortenWaits(Math.max(lostAfterMs, ...living.map((other) => other.lostAfterMs)));
  }

  return async () => {
    hasEnded = true;
    clearTimeout(timer);
    await client.hdel(key, id);
  };
}

/** What a worker wrote about itself. */
function read(text: string): { readonly handlers: unknown; readonly lostAfterMs: number } {
  const record = readJson(text);
  const { handlers, lostAfterMs } = isRecord(record) ? record : {};
  return { handlers, lostAfterMs: typeof lostAfterMs === 'number' ? lostAfterMs : 0 };
}
