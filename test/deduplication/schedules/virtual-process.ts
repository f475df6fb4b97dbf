import { type BigmindWebhooks, bigmindWebhooks, type DeliveryStore } from '../../../src/index';
import type { HeldGrant } from './ledger';
import type { Owner } from './virtual-time';
import type { World } from './world';

/** How long handlers may run, in milliseconds: some run longer. */
const maxRunMs = 40_000;

type Context = { readonly key: string; readonly signal: AbortSignal };

/** How the store is reached: over the network, or in this process. */
export type Reach = (owner: Owner, store: DeliveryStore) => DeliveryStore;

/** A process of the service, with a receiver of its own, that can die, freeze and close. */
export class VirtualProcess implements Owner {
  isAlive = true;
  frozenUntil = 0;
  readonly name: string;
  readonly webhooks: BigmindWebhooks;
  readonly #world: World;
  /** The claims that it was given last, by key. */
  readonly #grants = new Map<string, HeldGrant>();
  /** Called when it dies: those whose requests it has. */
  readonly #cutOff = new Set<() => void>();

  constructor(name: string, store: DeliveryStore, reach: Reach, world: World) {
    this.name = name;
    this.#world = world;
    const noting = this.#notingClaims(reach(this, this.#watched(store)));
    const clock = { now: () => 1_800_000_000_000 + world.time.now };
    const deduplicate = { store: noting };
    this.webhooks = bigmindWebhooks({ signature: false, logger: false, maxRunMs, deduplicate, clock });
    for (const name of world.handlers) {
      this.webhooks.on('notes_created', (_event, context) => this.#handle(name, context), { name });
    }
  }

  /** Calls `onCut` if it dies before the returned function is called. */
  serve(onCut: () => void): () => void {
    this.#cutOff.add(onCut);
    return () => void this.#cutOff.delete(onCut);
  }

  die(): void {
    this.isAlive = false;
    for (const onCut of this.#cutOff) onCut();
    this.#cutOff.clear();
  }

  /** The store, with what it is told by this process. */
  #watched(store: DeliveryStore): DeliveryStore {
    const { ledger, time } = this.#world;
    return {
      claim: (key, leaseMs, ttlMs, newToken) => {
        const answer = store.claim(key, leaseMs, ttlMs, newToken) as Awaited<ReturnType<DeliveryStore['claim']>>;
        this.#world.tell(`${this.name}: claim ${key}`, answer);
        ledger.claimed(this, key, answer, time.now);
        return answer;
      },
      extend: (key, token, leaseMs) => {
        const held = store.extend(key, token, leaseMs) as boolean;
        this.#world.tell(`${this.name}: extend ${key} ${token}`, held);
        if (held) ledger.extended(token, time.now);
        return held;
      },
      succeeded: (key, token, handler, ttlMs) => {
        const held = store.succeeded(key, token, handler, ttlMs) as boolean;
        this.#world.tell(`${this.name}: succeeded ${key} ${handler}`, held);
        ledger.succeeded(key, handler);
        return held;
      },
      complete: (key, token, ttlMs) => {
        const held = store.complete(key, token, ttlMs) as boolean;
        this.#world.tell(`${this.name}: complete ${key} ${token}`, held);
        if (held) ledger.completed(key, token);
        return held;
      },
      release: (key, token, started) => {
        const held = store.release(key, token, started) as boolean;
        this.#world.tell(`${this.name}: release ${key} ${token}`, held);
        if (held) ledger.released(token);
        return held;
      },
    };
  }

  /** Notes under which claim the handlers run that are started next. */
  #notingClaims(store: DeliveryStore): DeliveryStore {
    return {
      ...store,
      claim: (key, ...given) => {
        const asked = this.#world.time.now;
        const note = <T>(answer: T): T => {
          const { token } = answer as { readonly token?: string };
          if (token !== undefined) this.#grants.set(key, { token, asked });
          return answer;
        };
        const answer = store.claim(key, ...given);
        return answer instanceof Promise ? answer.then(note) : note(answer);
      },
    };
  }

  #handle(handler: string, context: Context): Promise<void> | undefined {
    const { random, ledger, isCalm } = this.#world;
    const grant = this.#grants.get(context.key) ?? { token: '', asked: 0 };
    ledger.started(grant, handler, context);
    const hasSucceeded = isCalm || random.chance(0.75);
    this.#world.tell(`${this.name}: ${handler} starts on ${context.key}`);
    if (random.chance(0.2)) {
      this.#end(grant, handler, hasSucceeded);
      if (hasSucceeded) return undefined;
      throw new Error('failed at once');
    }
    return this.#run(grant, handler, hasSucceeded, context);
  }

  #run(grant: HeldGrant, handler: string, hasSucceeded: boolean, context: Context): Promise<void> {
    const { random, isCalm } = this.#world;
    const isLong = !isCalm && random.chance(0.25);
    const ms = isLong ? random.between(3000, random.oneOf(20_000, 60_000)) : random.between(0, 400);
    // Repeats wait for it, but not for one that overruns.
    if (isLong) this.#world.troubleFor(Math.min(ms, maxRunMs), `${handler} takes ${ms.toFixed(0)} ms`);
    return new Promise((resolve, reject) => {
      const end = (done: boolean): void => {
        this.#end(grant, handler, done);
        if (done) resolve();
        else reject(new Error('failed'));
      };
      const timer = setTimeout(() => end(hasSucceeded), ms);
      if (!isLong || random.chance(0.5)) return;
      context.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        end(false);
      });
    });
  }

  #end(grant: HeldGrant, handler: string, hasSucceeded: boolean): void {
    const { ledger, time } = this.#world;
    ledger.ended(grant, handler, hasSucceeded, time.now);
    if (hasSucceeded) this.#world.tell(`${this.name}: ${handler} succeeds`);
    else this.#world.trouble(`${this.name}: ${handler} fails`);
  }
}
