import { createHash } from 'node:crypto';
import type { CapturedRequest } from '../captured/captured-request';
import type { AppAnswer, DeliverySummary } from './wire';

/** A delivery in the log. */
export interface LoggedDelivery {
  readonly summary: DeliverySummary;
  readonly request: CapturedRequest;
  /** Why it was refused, in words. */
  readonly reason: string | undefined;
  readonly key: string | undefined;
  readonly app: AppAnswer | undefined;
  readonly replays: AppAnswer[];
}

/** A delivery before it has an id. */
export interface UnloggedDelivery extends Omit<LoggedDelivery, 'summary' | 'replays'> {
  readonly summary: Omit<DeliverySummary, 'id' | 'attempt' | 'bytes'>;
}

export interface LogBounds {
  /** @default 10_000 */
  readonly mostDeliveries?: number | undefined;
  /** The most bytes of all bodies and headers together. @default 268_435_456 (256 MiB) */
  readonly mostBytes?: number | undefined;
}

/** How many replays of a delivery are held. */
const mostReplays = 20;

/** How many deliveries of the same bytes are listed as attempts. */
const mostAttempts = 100;

/** The latest deliveries, bounded in number and in bytes. The oldest are dropped first. */
export class DeliveryLog {
  readonly mostDeliveries: number;
  readonly #mostBytes: number;
  readonly #deliveries = new Map<number, LoggedDelivery>();
  /** By the hash of the body. */
  readonly #attempts = new Map<string, { count: number; readonly held: Set<number> }>();
  readonly #listeners = new Set<(logged: LoggedDelivery) => void>();
  #bytes = 0;
  #latest = 0;

  constructor({ mostDeliveries = 10_000, mostBytes = 256 * 1024 * 1024 }: LogBounds = {}) {
    this.mostDeliveries = mostDeliveries;
    this.#mostBytes = mostBytes;
  }

  /** Id of the oldest delivery that is held; if none is, of the next one. */
  get oldest(): number {
    return this.#latest - this.#deliveries.size + 1;
  }

  add(delivery: UnloggedDelivery): LoggedDelivery {
    this.#latest += 1;
    const id = this.#latest;
    const bytes = delivery.request.body.length;
    const attempt = this.#countAttempt(id, delivery.request);
    const logged = { ...delivery, replays: [], summary: { id, ...delivery.summary, bytes, attempt } };
    this.#deliveries.set(id, logged);
    this.#bytes += sizeOf(delivery.request);
    while (this.#deliveries.size > this.mostDeliveries || this.#bytes > this.#mostBytes) this.#dropOldest();
    for (const listener of this.#listeners) listener(logged);
    return logged;
  }

  get(id: number): LoggedDelivery | undefined {
    return this.#deliveries.get(id);
  }

  /** The held deliveries that came after `id`, the oldest first. */
  *after(id: number): Generator<LoggedDelivery> {
    for (let next = Math.max(id + 1, this.oldest); next <= this.#latest; next += 1) {
      const logged = this.#deliveries.get(next);
      if (logged !== undefined) yield logged;
    }
  }

  /** The latest held deliveries of the same bytes, the oldest first. */
  attemptsOf({ request }: LoggedDelivery): readonly DeliverySummary[] {
    const held = this.#attempts.get(hashOf(request))?.held ?? [];
    return [...held].slice(-mostAttempts).flatMap((id) => this.#deliveries.get(id)?.summary ?? []);
  }

  addReplay(logged: LoggedDelivery, answer: AppAnswer): void {
    if (logged.replays.length === mostReplays) logged.replays.shift();
    logged.replays.push(answer);
  }

  /** Calls the listener for each new delivery, until the returned function is called. */
  subscribe(listener: (logged: LoggedDelivery) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #countAttempt(id: number, request: CapturedRequest): number {
    const hash = hashOf(request);
    const attempts = this.#attempts.get(hash) ?? { count: 0, held: new Set<number>() };
    this.#attempts.set(hash, attempts);
    attempts.count += 1;
    attempts.held.add(id);
    return attempts.count;
  }

  #dropOldest(): void {
    const id = this.oldest;
    const dropped = this.#deliveries.get(id);
    if (dropped === undefined) return;
    this.#deliveries.delete(id);
    this.#bytes -= sizeOf(dropped.request);
    const hash = hashOf(dropped.request);
    const attempts = this.#attempts.get(hash);
    attempts?.held.delete(id);
    if (attempts?.held.size === 0) this.#attempts.delete(hash);
  }
}

/** Roughly the memory of a request, in bytes. */
function sizeOf({ body, headers, url }: CapturedRequest): number {
  const spelt = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, url.length);
  return body.length + spelt;
}

function hashOf({ body }: CapturedRequest): string {
  return createHash('sha256').update(body).digest('base64');
}
