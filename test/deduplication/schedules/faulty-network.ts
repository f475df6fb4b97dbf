import type { DeliveryStore } from '../../../src/index';
import type { Random } from './random';
import type { Owner, VirtualTime } from './virtual-time';

/** What happens to a call of the store, and to its answer. */
type Fate = 'answered' | 'slow' | 'refused' | 'reset' | 'not sent' | 'not answered' | 'sent late';

const faults = ['slow', 'refused', 'reset', 'not sent', 'not answered', 'sent late'] as const;

/** The way between processes and their store. */
export class FaultyNetwork {
  /** The share of calls that go wrong, now. */
  #faultShare = 0;
  /** What goes wrong with them; anything by default. */
  #fault: Fate | undefined;
  /** The only process whose calls go wrong; all by default. */
  #only: Owner | undefined;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #onTrouble: (what: string) => void;

  constructor(time: VirtualTime, random: Random, onTrouble: (what: string) => void) {
    this.#time = time;
    this.#random = random;
    this.#onTrouble = onTrouble;
  }

  /** From now on a share of the calls goes wrong, of all processes or one; perhaps all in one way. */
  begin(faultShare: number, inOneWay: boolean, only: Owner | undefined): void {
    this.#faultShare = faultShare;
    this.#only = only;
    this.#fault = inOneWay ? this.#random.oneOf(...faults) : undefined;
  }

  end(): void {
    this.#faultShare = 0;
  }

  /** A store in the process itself, which answers at once, and may throw. */
  embed(owner: Owner, store: DeliveryStore): DeliveryStore {
    const call = <T>(go: () => T): T => {
      if (this.#fate(owner) !== 'answered') throw new Error('the store is broken');
      return go();
    };
    return {
      claim: (...given) => call(() => store.claim(...given)),
      extend: (...given) => call(() => store.extend(...given)),
      succeeded: (...given) => call(() => store.succeeded(...given)),
      complete: (...given) => call(() => store.complete(...given)),
      release: (...given) => call(() => store.release(...given)),
    };
  }

  /** The store, as a process reaches it. */
  connect(owner: Owner, store: DeliveryStore): DeliveryStore {
    return {
      claim: (...given) => this.#call(owner, () => store.claim(...given)),
      extend: (...given) => this.#call(owner, () => store.extend(...given)),
      succeeded: (...given) => this.#call(owner, () => store.succeeded(...given)),
      complete: (...given) => this.#call(owner, () => store.complete(...given)),
      release: (...given) => this.#call(owner, () => store.release(...given)),
    };
  }

  #fate(owner: Owner): Fate {
    if (this.#only !== undefined && this.#only !== owner) return 'answered';
    if (!this.#random.chance(this.#faultShare)) return 'answered';
    const fate = this.#fault ?? this.#random.oneOf(...faults);
    this.#onTrouble(`a call of the store is ${fate}`);
    return fate;
  }

  #call<T>(owner: Owner, go: () => T): Promise<Awaited<T>> {
    const random = this.#random;
    const fate = this.#fate(owner);
    const thereMs = fate === 'sent late' ? random.between(2000, 20_000) : random.between(0, 5);
    const backMs = fate === 'slow' ? random.between(500, 6000) : random.between(0, 5);
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error('connection reset'));
      if (fate === 'not sent') return;
      if (fate === 'refused') {
        this.#time.after(backMs, owner, fail);
        return;
      }
      // What was sent arrives, also when its sender has died meanwhile.
      this.#time.after(thereMs, undefined, () => {
        if (fate !== 'answered') this.#onTrouble(`what was ${fate} arrives`);
        const answer = go() as Awaited<T>;
        if (fate === 'not answered') return;
        this.#time.after(backMs, owner, () => {
          if (fate !== 'answered') this.#onTrouble(`what was ${fate} is answered`);
          if (fate === 'reset') fail();
          else resolve(answer);
        });
      });
    });
  }
}
