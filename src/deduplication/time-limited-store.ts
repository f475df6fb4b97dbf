import { randomUUID } from 'node:crypto';
import { Breaker } from '../foundations/breaker';
import type { DeliveryStore } from '../foundations/contracts/store';
import { ignoreRejection, type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import { show } from '../foundations/option-checks';
import type { Outbox } from '../foundations/outbox';
import { leaseMs } from './held-claim';
import { LostClaims } from './lost-claims';

type Claimed = Awaited<ReturnType<DeliveryStore['claim']>>;

export interface TimeLimits {
  /** How long the store may take to answer, in milliseconds. */
  readonly timeoutMs: number;
  /** What the store could not be told. It is flushed when the store answers. */
  readonly outbox: Outbox;
  readonly onSilence: (message: string, isNew: boolean) => void;
  /** The store did not take what it was told of a delivery. It is told again. */
  readonly onRefusal: (call: Told, error: unknown) => void;
  /** The store has taken what it was told. */
  readonly onTaken: (call: Told) => void;
}

/** The calls that tell a store what becomes of a delivery. */
export type Told = 'extend' | 'succeeded' | 'complete' | 'release';

/**
 * The same store, but each promise is limited to `timeoutMs`: a client may wait for ever for an unreachable server
 * (ioredis does by default). While the store is silent, calls fail at once, except for one claim and one other call at
 * a time. Synchronous answers stay synchronous.
 */
export function timeLimitedStore(store: DeliveryStore, limits: TimeLimits): DeliveryStore {
  const { timeoutMs, outbox, onSilence, onRefusal, onTaken } = limits;
  const onAnswer = (): void => outbox.flush();
  const breaker = new Breaker({ who: 'The delivery store', timeoutMs, onSilence, onAnswer });
  const askClaim = breaker.lane();
  const ask = breaker.lane();
  function tell<T>(name: Told, call: () => MaybePromise<T>): MaybePromise<T> {
    const told = recovered(
      () => ask(call),
      (error: unknown) => {
        onRefusal(name, error);
        throw error;
      },
    );
    return whenReady(told, (answer) => {
      onTaken(name);
      return answer;
    });
  }
  const release: DeliveryStore['release'] = (...given) => ask(() => store.release(...given));
  const lost = new LostClaims(outbox, release);

  /** If nothing ran under a claim, nobody else releases it later. */
  function releaseOrLater(key: string, token: string, started?: boolean): MaybePromise<boolean> {
    return recovered(
      () => tell('release', () => store.release(key, token, started)),
      (error: unknown) => {
        if (started === false) lost.add(key, token, leaseMs);
        throw error;
      },
    );
  }

  /** Gives back a claim that comes too late. Its delivery was answered 503, and the repeat would wait for the lease. */
  async function giveBack(key: string, late: MaybePromise<Claimed> | undefined, lease: number): Promise<void> {
    const claimed = await late;
    if (typeof claimed === 'object' && 'token' in claimed) lost.add(key, claimed.token, lease);
  }

  return {
    claim(key, lease, ttlMs) {
      const token = randomUUID();
      let asked: MaybePromise<Claimed> | undefined;
      const answer = askClaim(() => {
        asked = store.claim(key, lease, ttlMs, token);
        return asked;
      });
      if (!(answer instanceof Promise)) return checkedClaim(answer);
      return answer.then(checkedClaim, (error: unknown) => {
        lost.add(key, token, lease);
        ignoreRejection(giveBack(key, asked, lease));
        throw error;
      });
    },
    extend: (...given) => tell('extend', () => store.extend(...given)),
    succeeded: (...given) => tell('succeeded', () => store.succeeded(...given)),
    complete: (...given) => tell('complete', () => store.complete(...given)),
    release: releaseOrLater,
  };
}

/** Checks a claim. Any store may be behind it, and a wrong answer must not become a run without a claim. */
function checkedClaim(answer: Claimed): Claimed {
  if (isClaimAnswer(answer)) return answer;
  throw new TypeError(
    `The delivery store's claim(): expected { token, attempt, succeeded }, { running, retryAfterMs } or 'done', got ${show(answer)}.`,
  );
}

function isClaimAnswer(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return answer === 'done';
  const { running, retryAfterMs, token, attempt, succeeded } = answer as Readonly<Record<string, unknown>>;
  if (running === true) return Number.isFinite(retryAfterMs);
  return typeof token === 'string' && Number.isFinite(attempt) && Array.isArray(succeeded);
}
