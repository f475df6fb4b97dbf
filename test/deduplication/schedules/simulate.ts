import { leaseMs } from '../../../src/deduplication/held-claim';
import { clockSlackMs } from '../../../src/foundations/contracts/store';
import { bigmindWebhooks, type DeliveryStore, memoryStore } from '../../../src/index';
import { Random } from './random';
import { type Delivery, deliveries, Senders } from './senders';
import { type Reach, VirtualProcess } from './virtual-process';
import { calmAt, World } from './world';

/** A lease, and the longest pause that a sender is told, or makes. */
const patienceMs = leaseMs + clockSlackMs + leaseMs + 2000;

/** The keys of the deliveries, by their bodies. */
const keys = (async () => {
  const webhooks = bigmindWebhooks({ signature: false, logger: false });
  const named = deliveries.map(async (delivery) => [delivery.body, (await webhooks.verify(delivery)).key] as const);
  return new Map(await Promise.all(named));
})();

/** What a schedule ended with. */
export interface Ended {
  /** The first promise that was broken. */
  readonly broken: string | undefined;
  /** What happened, if it was asked for. */
  readonly trace: readonly string[] | undefined;
}

/** Runs the schedule of a seed: what some processes, their store and their senders do, and what goes wrong. */
export async function simulate(seed: number, isTraced = false): Promise<Ended> {
  const schedule = new Schedule(new World(new Random(seed), isTraced), await keys);
  return await schedule.run();
}

class Schedule {
  readonly #world: World;
  readonly #senders: Senders;
  /** Whether the only process has the store in its memory. */
  readonly #isEmbedded: boolean;
  readonly #deliveries: readonly Delivery[];
  readonly #processes: VirtualProcess[] = [];
  #store: DeliveryStore;
  #jumpedMs = 0;
  #born = 0;
  #rounds = 0;

  constructor(world: World, keysOfDeliveries: ReadonlyMap<string, string>) {
    this.#world = world;
    this.#senders = new Senders(world, keysOfDeliveries, () => this.#anyProcess());
    this.#isEmbedded = world.random.chance(0.1);
    this.#deliveries = deliveries.slice(0, world.random.whole(1, 3));
    this.#store = this.#newStore();
  }

  async run(): Promise<Ended> {
    const { random, time, ledger, trace } = this.#world;
    for (let left = this.#isEmbedded ? 1 : random.oneOf(2, 2, 2, 3, 3, 4, 5); left > 0; left -= 1) this.#start();
    for (const delivery of this.#deliveries) {
      const at = random.between(0, 15_000);
      for (let left = random.whole(1, 3); left > 0; left -= 1)
        this.#senders.send(at + random.between(0, 500), delivery);
    }
    for (let left = random.whole(0, 6); left > 0; left -= 1) {
      time.after(random.between(0, calmAt), undefined, () => this.#disturb());
    }
    time.after(calmAt, undefined, () => this.#world.tell('all is calm'));
    await time.runUntil(() => this.#isOver());
    return { broken: ledger.broken, trace };
  }

  #isOver(): boolean {
    const { ledger, time, isCalm } = this.#world;
    if (ledger.broken !== undefined) return true;
    if (!isCalm) return false;
    if (this.#senders.waiting.size === 0) return !this.#goesOn();
    for (const delivery of this.#senders.waiting.keys()) {
      const waitedMs = time.now - Math.max(ledger.calmSince(this.#senders.keyOf(delivery)), calmAt);
      if (waitedMs > patienceMs) ledger.broken = `a sender waits ${Math.round(waitedMs)} ms after the last trouble`;
    }
    return ledger.broken !== undefined;
  }

  /** When all are acknowledged, a delivery comes once more, to every process. */
  #goesOn(): boolean {
    this.#rounds += 1;
    const [delivery] = this.#deliveries;
    if (this.#rounds > 1 || delivery === undefined) return false;
    this.#senders.expect(delivery, 1);
    this.#world.trouble('a delivery comes once more');
    this.#world.time.after(3000, undefined, () => {
      this.#world.ledger.expectWritten(this.#world.time.now);
      this.#senders.expect(delivery, -1);
      for (const process of this.#processes) this.#senders.send(0, delivery, process);
    });
    return true;
  }

  #anyProcess(): VirtualProcess | undefined {
    const [first, ...others] = this.#processes;
    return first && this.#world.random.oneOf(first, ...others);
  }

  #newStore(): DeliveryStore {
    return memoryStore({ clock: { now: () => this.#world.time.now + this.#jumpedMs }, maxKeys: 100 });
  }

  #start(): void {
    this.#born += 1;
    const overNetwork: Reach = (owner, store) => this.#world.network.connect(owner, store);
    const reach: Reach = this.#isEmbedded ? (owner, store) => this.#world.network.embed(owner, store) : overNetwork;
    // The store may be put in another's place.
    const current: DeliveryStore = {
      claim: (...given) => this.#store.claim(...given),
      extend: (...given) => this.#store.extend(...given),
      succeeded: (...given) => this.#store.succeeded(...given),
      complete: (...given) => this.#store.complete(...given),
      release: (...given) => this.#store.release(...given),
    };
    this.#processes.push(new VirtualProcess(`process ${this.#born}`, current, reach, this.#world));
  }

  /** Something goes wrong. */
  #disturb(): void {
    const { random } = this.#world;
    const disturbances = [this.#kill, this.#freeze, this.#deploy, this.#jump, this.#cutOff, this.#cutOff] as const;
    if (random.chance(0.03)) this.#forget();
    else random.oneOf<() => void>(...disturbances).call(this);
  }

  #kill(): void {
    const process = this.#anyProcess();
    if (process === undefined) return;
    this.#world.trouble(`${process.name} is killed`);
    this.#end(process);
  }

  #end(process: VirtualProcess): void {
    if (!process.isAlive) return;
    this.#world.ledger.expectWritten(this.#world.time.now);
    process.die();
    this.#takeOut(process);
    if (this.#isEmbedded) this.#forget();
  }

  /** Another takes its place a moment later. */
  #takeOut(process: VirtualProcess): void {
    const { time, random } = this.#world;
    const place = this.#processes.indexOf(process);
    if (place === -1) return;
    this.#processes.splice(place, 1);
    time.after(random.between(100, 3000), undefined, () => this.#start());
  }

  #freeze(): void {
    const { time, random } = this.#world;
    const process = this.#anyProcess();
    if (process === undefined) return;
    const ms = random.between(500, random.oneOf(5000, 40_000));
    this.#world.troubleFor(ms, `${process.name} stops for ${ms.toFixed(0)} ms`);
    process.frozenUntil = Math.max(process.frozenUntil, time.now + ms);
  }

  #deploy(): void {
    const { time, random } = this.#world;
    const process = this.#anyProcess();
    if (process === undefined) return;
    this.#world.trouble(`${process.name} closes`);
    const timeoutMs = random.whole(0, 20_000);
    time.after(0, process, () => {
      void process.webhooks.close({ timeoutMs }).then(() => {
        this.#world.trouble(`${process.name} has closed`);
        this.#end(process);
      });
    });
    if (!this.#isEmbedded) this.#takeOut(process);
  }

  #jump(): void {
    const { random, ledger, time } = this.#world;
    const ms = random.between(-1, 1) * random.oneOf(900, 20_000, 3_600_000);
    this.#world.trouble(`the store's clock jumps by ${ms.toFixed(0)} ms`);
    this.#jumpedMs += ms;
    ledger.upset(time.now);
  }

  /** Calls of the store go wrong for a while: all in one way, or some in any. */
  #cutOff(): void {
    const { random, network, time } = this.#world;
    const only = random.chance(0.5) ? this.#anyProcess() : undefined;
    // One that is cut off for longer than a lease loses its claims.
    const ms = random.between(200, only === undefined ? random.oneOf(3000, 12_000) : 30_000);
    const isAll = random.chance(0.5);
    network.begin(isAll ? 1 : random.between(0.1, 0.6), isAll, only);
    this.#world.trouble(`the store is cut off from ${only?.name ?? 'all'} for ${ms.toFixed(0)} ms`);
    time.after(ms, undefined, () => {
      network.end();
      this.#world.trouble('the store is back');
    });
  }

  #forget(): void {
    const { ledger, time } = this.#world;
    this.#world.trouble('the store forgets everything');
    this.#store = this.#newStore();
    ledger.forget();
    ledger.upset(time.now);
  }
}
