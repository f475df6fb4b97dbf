import { leaseMs } from '../../../src/deduplication/held-claim';
import { clockSlackMs } from '../../../src/foundations/contracts/store';
import type { Claim, ClaimedElsewhere } from '../../../src/index';
import type { Owner } from './virtual-time';

/** A call of the store is given up after 2 seconds, and made again a moment later. */
const soonMs = 3000;

/** A claim that the store gave. */
interface Grant {
  readonly key: string;
  readonly owner: Owner;
  /** What was recorded as done when it was given. */
  readonly recorded: ReadonlySet<string>;
  /** When it was given or extended last. */
  leaseFrom: number;
  /** Its handlers that run now. */
  readonly running: Map<string, Running>;
}

/** What a handler got. Its signal is looked at late, since reading it makes it. */
type Running = { readonly signal: AbortSignal };

/** The claim under which a process runs handlers. */
export interface HeldGrant {
  readonly token: string;
  /** When the process asked for it. */
  readonly asked: number;
}

/** Watches what the store is told and what handlers do, and notes the first promise that is broken. */
export class Ledger {
  broken: string | undefined;
  /** When something last went wrong, or was slow: from then on the sender's patience is counted. */
  trouble = 0;
  /** When a call of the store last went wrong. */
  storeTrouble = 0;
  readonly #handlers: readonly string[];
  readonly #grants = new Map<string, Grant>();
  /** What the store has recorded, as `key handler`. */
  readonly #recorded = new Set<string>();
  /** Handlers that have succeeded at least once. */
  readonly #effects = new Set<string>();
  /** When a copy of a delivery was acknowledged last, by its key. */
  readonly #acknowledged = new Map<string, number>();
  /** When a process saw a handler succeed. */
  readonly #known = new Map<Owner, Map<string, number>>();
  /** When the store's clock jumped, or it forgot everything: a lease of before may have ended early. */
  #upset = Number.NEGATIVE_INFINITY;

  constructor(handlers: readonly string[]) {
    this.#handlers = handlers;
  }

  upset(now: number): void {
    this.#upset = now;
    this.trouble = Math.max(this.trouble, now);
  }

  /** The store has forgotten everything. */
  forget(): void {
    this.#recorded.clear();
    this.#known.clear();
  }

  claimed(owner: Owner, key: string, answer: Claim | ClaimedElsewhere | 'done', now: number): void {
    this.expectWritten(now);
    if (answer === 'done') this.#expectHandled(key, 'was called done');
    else if ('running' in answer) this.#expectPatience(answer.retryAfterMs);
    else {
      for (const grant of this.#grants.values()) {
        if (grant.key === key && this.#knowsItsEnd(grant, now)) this.#expectAborted(grant);
      }
      const recorded = new Set(this.#handlers.filter((handler) => this.#recorded.has(`${key} ${handler}`)));
      this.#grants.set(answer.token, { key, owner, recorded, leaseFrom: now, running: new Map() });
    }
  }

  extended(token: string, now: number): void {
    const grant = this.#grants.get(token);
    if (grant !== undefined) grant.leaseFrom = now;
  }

  succeeded(key: string, handler: string): void {
    if (!this.#effects.has(`${key} ${handler}`)) this.#break(`${handler} was recorded and has not succeeded`);
    this.#recorded.add(`${key} ${handler}`);
  }

  completed(key: string, token: string): void {
    this.#expectHandled(key, 'was completed');
    this.#expectIdle(token, 'completed');
    for (const handler of this.#handlers) this.#recorded.add(`${key} ${handler}`);
  }

  released(token: string): void {
    this.#expectIdle(token, 'released');
  }

  started({ token, asked }: HeldGrant, handler: string, context: Running): void {
    const grant = this.#grants.get(token);
    if (grant === undefined) {
      this.#break(`${handler} started without a claim`);
      return;
    }
    if (grant.recorded.has(handler)) this.#break(`${handler} was recorded as done and runs again`);
    const known = this.#known.get(grant.owner)?.get(`${grant.key} ${handler}`);
    if (known !== undefined && known < asked) this.#break(`${handler} runs again where it is known to have succeeded`);
    grant.running.set(handler, context);
  }

  ended({ token }: HeldGrant, handler: string, hasSucceeded: boolean, now: number): void {
    const grant = this.#grants.get(token);
    if (grant === undefined) return;
    grant.running.delete(handler);
    if (!hasSucceeded) return;
    const fact = `${grant.key} ${handler}`;
    this.#effects.add(fact);
    const known = this.#known.get(grant.owner) ?? new Map<string, number>();
    this.#known.set(grant.owner, known.set(fact, known.get(fact) ?? now));
  }

  acknowledged(key: string, now: number): void {
    this.#expectHandled(key, 'was acknowledged');
    this.#acknowledged.set(key, now);
  }

  /**
   * From when on the patience of a delivery's senders is counted: from the last trouble, or from when a copy of it was
   * acknowledged. Another may have been told before to wait for the whole lease of that copy.
   */
  calmSince(key: string): number {
    return Math.max(this.trouble, this.#acknowledged.get(key) ?? 0);
  }

  /** Expects that every fact is written that a process has known for a while, if the store has answered for a while. */
  expectWritten(now: number): void {
    if (this.storeTrouble + soonMs > now) return;
    for (const [owner, facts] of this.#known) {
      if (!owner.isAlive || owner.frozenUntil + soonMs > now) continue;
      for (const [fact, since] of facts) {
        const isLate = since + soonMs < now && !this.#recorded.has(fact);
        if (isLate) this.#break(`${fact} succeeded long ago and is not written, though the store answers`);
      }
    }
  }

  #expectHandled(key: string, what: string): void {
    const missing = this.#handlers.filter((handler) => !this.#effects.has(`${key} ${handler}`));
    if (missing.length > 0) this.#break(`a delivery ${what}, and ${missing.join()} has not succeeded`);
  }

  #expectPatience(ms: number): void {
    if (!(ms >= 0 && ms <= leaseMs)) this.#break(`a repeat was told to wait ${ms} ms`);
  }

  #expectIdle(token: string, what: string): void {
    const grant = this.#grants.get(token);
    const running = grant?.owner.isAlive ? [...grant.running.keys()] : [];
    if (running.length > 0) this.#break(`a claim was ${what} while ${running.join()} ran`);
  }

  /** Whether a lease ended by the passing of time alone, so that its process knows of it. */
  #knowsItsEnd({ owner, leaseFrom }: Grant, now: number): boolean {
    return owner.isAlive && owner.frozenUntil + leaseMs < now && this.#upset < leaseFrom - clockSlackMs;
  }

  #expectAborted({ running }: Grant): void {
    for (const [handler, context] of running) {
      if (!context.signal.aborted) this.#break(`${handler} runs on unaware, and its delivery was claimed by another`);
    }
  }

  #break(promise: string): void {
    this.broken ??= promise;
  }
}
