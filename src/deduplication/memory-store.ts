import { LRUCache } from 'lru-cache';
import type { Claim, ClaimedElsewhere, DeliveryStore } from '../contracts';
import { badOption, knownOptions, wholeNumber } from '../option-checks';

/** How much the in-memory store may hold. */
export interface MemoryStoreOptions {
  /**
   * How many deliveries that are done or waiting for a repeat are remembered, and how many may run at once; from 1.
   * @default 100_000
   */
  readonly maxKeys?: number | undefined;
  /** Milliseconds since 1970, for tests. @default Date */
  readonly clock?: { now(): number } | undefined;
}

interface Running {
  readonly token: string;
  readonly attempt: number;
  readonly succeeded: readonly string[];
  readonly leaseUntil: number;
  readonly keepUntil: number;
}

/** A delivery that is not running: `attempt` is absent when it is done. */
interface Resting {
  readonly keepUntil: number;
  readonly attempt?: number;
  readonly succeeded?: readonly string[];
}

const known = { maxKeys: true, clock: true } satisfies Record<keyof MemoryStoreOptions, true>;
const nothing: readonly string[] = [];

/**
 * Remembers deliveries in this process. The oldest that rest are forgotten beyond `maxKeys`; those that run never are:
 * when there are too many of them, a claim throws, and its delivery is answered 503.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function memoryStore(options: MemoryStoreOptions = {}): DeliveryStore {
  knownOptions(options, 'memoryStore', known);
  const clock = options.clock ?? Date;
  if (typeof clock.now !== 'function') throw badOption('memoryStore.clock', 'an object with now()', clock);
  return new MemoryStore(wholeNumber('memoryStore.maxKeys', options.maxKeys ?? 100_000, 1), clock);
}

class MemoryStore implements DeliveryStore {
  readonly #running = new Map<string, Running>();
  readonly #resting: LRUCache<string, Resting>;
  readonly #maxKeys: number;
  readonly #clock: { now(): number };
  #claims = 0;

  constructor(maxKeys: number, clock: { now(): number }) {
    this.#maxKeys = maxKeys;
    this.#clock = clock;
    this.#resting = new LRUCache({ max: maxKeys });
  }

  claim(key: string, leaseMs: number, ttlMs: number): Claim | ClaimedElsewhere | 'done' {
    const now = this.#clock.now();
    const running = this.#unexpired(this.#running.get(key), now);
    if (running !== undefined && running.leaseUntil > now) {
      return { running: true, retryAfterMs: running.leaseUntil - now };
    }
    const resting = running === undefined ? this.#unexpired(this.#resting.peek(key), now) : undefined;
    if (resting !== undefined && resting.attempt === undefined) return 'done';
    if (!this.#running.has(key) && this.#running.size >= this.#maxKeys) {
      throw new Error(`The in-memory store is full: ${this.#maxKeys} deliveries are running.`);
    }
    const before = running ?? resting;
    const claim: Claim = {
      token: String(++this.#claims),
      attempt: (before?.attempt ?? 0) + 1,
      succeeded: before?.succeeded ?? nothing,
    };
    this.#running.set(key, { ...claim, leaseUntil: now + leaseMs, keepUntil: now + Math.max(ttlMs, leaseMs) });
    if (resting !== undefined) this.#resting.delete(key);
    return claim;
  }

  extend(key: string, token: string, leaseMs: number): boolean {
    const held = this.#held(key, token);
    if (held === undefined) return false;
    const leaseUntil = this.#clock.now() + leaseMs;
    this.#running.set(key, { ...held, leaseUntil, keepUntil: Math.max(held.keepUntil, leaseUntil) });
    return true;
  }

  succeeded(key: string, token: string, handlerName: string): boolean {
    const running = this.#running.get(key);
    if (running !== undefined) {
      this.#running.set(key, { ...running, succeeded: withName(running.succeeded, handlerName) });
      return running.token === token;
    }
    const resting = this.#unexpired(this.#resting.peek(key), this.#clock.now());
    if (resting?.attempt !== undefined) {
      this.#resting.set(key, { ...resting, succeeded: withName(resting.succeeded ?? nothing, handlerName) });
    }
    return false;
  }

  complete(key: string, token: string, ttlMs: number): boolean {
    if (this.#held(key, token) === undefined) return false;
    this.#running.delete(key);
    this.#resting.set(key, { keepUntil: this.#clock.now() + ttlMs });
    return true;
  }

  release(key: string, token: string): boolean {
    const held = this.#held(key, token);
    if (held === undefined) return false;
    this.#running.delete(key);
    this.#resting.set(key, { keepUntil: held.keepUntil, attempt: held.attempt, succeeded: held.succeeded });
    return true;
  }

  #held(key: string, token: string): Running | undefined {
    const running = this.#running.get(key);
    return running?.token === token ? running : undefined;
  }

  #unexpired<T extends { readonly keepUntil: number }>(record: T | undefined, now: number): T | undefined {
    return record !== undefined && record.keepUntil > now ? record : undefined;
  }
}

function withName(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names : [...names, name];
}
