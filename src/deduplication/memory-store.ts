import type { Clock } from '../foundations/contracts/clock';
import { type Claim, type ClaimedElsewhere, clockSlackMs, type DeliveryStore } from '../foundations/contracts/store';
import { badOption, hasMethod, knownOptions, wholeNumber } from '../foundations/option-checks';
import { requireLease } from '../foundations/require-lease';
import { OldestFirstMap } from './oldest-first-map';

/** Options of the in-memory store. */
export interface MemoryStoreOptions {
  /**
   * How many finished or waiting deliveries are remembered, and how many more may run at once; from 1.
   * @default 100_000
   */
  readonly maxKeys?: number | undefined;
  /**
   * A clock in milliseconds with any start, for tests. @default performance, which ignores changes of the system time
   */
  readonly clock?: Clock | undefined;
}

/** The record of a delivery that is not done. It is changed in place, to save look-ups. */
interface DeliveryRecord {
  state: 'running' | 'waiting';
  token: string;
  attempt: number;
  succeeded: readonly string[];
  leaseUntil: number;
  keepUntil: number;
}

const known = { maxKeys: true, clock: true } satisfies Record<keyof MemoryStoreOptions, true>;
const usualMaxKeys = 100_000;
const nothing: readonly string[] = [];

/**
 * Remembers deliveries in this process. Beyond `maxKeys`, the oldest ones are forgotten, but never running ones. If
 * `maxKeys` deliveries run, a further claim throws, and its delivery is answered 503.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function memoryStore(options: MemoryStoreOptions = {}): DeliveryStore {
  knownOptions(options, 'memoryStore', known);
  const { maxKeys = usualMaxKeys, clock = performance } = options;
  if (!hasMethod(clock, 'now')) throw badOption('memoryStore.clock', 'an object with now()', clock);
  return new MemoryStore(wholeNumber('memoryStore.maxKeys', maxKeys, 1), clock);
}

class MemoryStore implements DeliveryStore {
  /**
   * In the order of their first claim; a record that is claimed again goes to the end. A finished delivery is stored as
   * its expiry time only: most deliveries are finished, and a number takes no extra memory.
   */
  readonly #records = new OldestFirstMap<DeliveryRecord | number>();
  #running = 0;
  #claims = 0;
  readonly #maxKeys: number;
  readonly #clock: Clock;

  constructor(maxKeys: number, clock: Clock) {
    this.#maxKeys = maxKeys;
    this.#clock = clock;
  }

  claim(key: string, leaseMs: number, ttlMs: number, newToken?: string): Claim | ClaimedElsewhere | 'done' {
    requireLease('memoryStore.claim: leaseMs', leaseMs);
    const now = this.#clock.now();
    const before = this.#find(key, now);
    if (typeof before === 'number') return 'done';
    const running = before?.state === 'running';
    if (running && isLeased(before, now, leaseMs)) {
      return { running: true, retryAfterMs: Math.min(before.leaseUntil - now, leaseMs) };
    }
    if (!running) this.#makeRoom(now, leaseMs);
    const record: DeliveryRecord = {
      state: 'running',
      token: newToken ?? String(++this.#claims),
      attempt: (before?.attempt ?? 0) + 1,
      succeeded: before?.succeeded ?? nothing,
      leaseUntil: now + leaseMs,
      keepUntil: now + Math.max(ttlMs, leaseMs),
    };
    if (before !== undefined) this.#records.delete(key);
    if (!running) this.#running += 1;
    this.#records.set(key, record);
    return { token: record.token, attempt: record.attempt, succeeded: record.succeeded };
  }

  extend(key: string, token: string, leaseMs: number): boolean {
    requireLease('memoryStore.extend: leaseMs', leaseMs);
    const now = this.#clock.now();
    const held = this.#held(key, token, now);
    if (held === undefined) return false;
    held.leaseUntil = now + leaseMs;
    held.keepUntil = Math.max(held.keepUntil, held.leaseUntil);
    return true;
  }

  succeeded(key: string, token: string, handlerName: string, ttlMs: number): boolean {
    const now = this.#clock.now();
    const record = this.#find(key, now);
    if (record === undefined) {
      const fact: DeliveryRecord = {
        state: 'waiting',
        token: '',
        attempt: 0,
        succeeded: [handlerName],
        leaseUntil: 0,
        keepUntil: now + ttlMs,
      };
      this.#records.set(key, fact);
      this.#forgetOldest();
      return false;
    }
    if (typeof record === 'number') return false;
    if (!record.succeeded.includes(handlerName)) record.succeeded = [...record.succeeded, handlerName];
    return record.state === 'running' && record.token === token;
  }

  complete(key: string, token: string, ttlMs: number): boolean {
    const now = this.#clock.now();
    const held = this.#held(key, token, now);
    if (held === undefined) return false;
    this.#records.set(key, Math.ceil(now + ttlMs));
    this.#running -= 1;
    this.#forgetOldest();
    return true;
  }

  release(key: string, token: string, started = true): boolean {
    const held = this.#held(key, token, this.#clock.now());
    if (held === undefined) return false;
    if (!started) held.attempt -= 1;
    this.#rest(held);
    return true;
  }

  ping(): void {
    this.#makeRoom(this.#clock.now(), Number.POSITIVE_INFINITY);
  }

  #rest(record: DeliveryRecord): void {
    record.state = 'waiting';
    this.#running -= 1;
    this.#forgetOldest();
  }

  /** If there is no room for another claim, ends the claims whose lease has passed. Their progress stays. */
  #makeRoom(now: number, leaseMs: number): void {
    if (this.#running < this.#maxKeys) return;
    for (const record of this.#records.values()) {
      if (isRunning(record) && !isLeased(record, now, leaseMs)) this.#rest(record);
    }
    if (this.#running < this.#maxKeys) return;
    throw new Error(`memoryStore is full: as many deliveries run as maxKeys (${this.#maxKeys}) allows. Raise maxKeys.`);
  }

  /** Forgets the oldest deliveries that do not run, beyond `maxKeys`. A running one goes to the end. */
  #forgetOldest(): void {
    while (this.#records.size - this.#running > this.#maxKeys) {
      const [key, record] = this.#records.takeOldest() ?? [];
      if (key !== undefined && isRunning(record)) this.#records.set(key, record);
    }
  }

  #held(key: string, token: string, now: number): DeliveryRecord | undefined {
    const record = this.#find(key, now);
    return isRunning(record) && record.token === token ? record : undefined;
  }

  /** The record of a delivery, unless it has expired. */
  #find(key: string, now: number): DeliveryRecord | number | undefined {
    const record = this.#records.get(key);
    if (record === undefined) return undefined;
    if ((typeof record === 'number' ? record : record.keepUntil) > now) return record;
    this.#records.delete(key);
    if (isRunning(record)) this.#running -= 1;
    return undefined;
  }
}

function isRunning(record: DeliveryRecord | number | undefined): record is DeliveryRecord {
  return typeof record === 'object' && record.state === 'running';
}

/**
 * Whether a lease has not passed. One that ends later than any new one would is from before the clock was set back: it counts
 * as passed.
 */
function isLeased({ leaseUntil }: DeliveryRecord, now: number, leaseMs: number): boolean {
  return leaseUntil > now && leaseUntil <= now + leaseMs + clockSlackMs;
}
