import { FaultyNetwork } from './faulty-network';
import { Ledger } from './ledger';
import type { Random } from './random';
import { VirtualTime } from './virtual-time';

/** From then on nothing new goes wrong, in milliseconds. */
export const calmAt = 30_000;

/** What the parts of a schedule share. */
export class World {
  readonly time = new VirtualTime();
  readonly ledger: Ledger;
  readonly network: FaultyNetwork;
  /** What happened, if it is to be kept. */
  readonly trace: string[] | undefined;
  readonly random: Random;
  /** The names of the handlers of each process. */
  readonly handlers: readonly string[];

  constructor(random: Random, isTraced: boolean) {
    this.random = random;
    this.trace = isTraced ? [] : undefined;
    this.handlers = ['a', 'b', 'c'].slice(0, random.whole(1, 3));
    this.ledger = new Ledger(this.handlers);
    this.network = new FaultyNetwork(this.time, random, (what) => {
      this.ledger.storeTrouble = this.time.now;
      this.trouble(what);
    });
  }

  get isCalm(): boolean {
    return this.time.now >= calmAt;
  }

  tell(what: string, answer?: unknown): void {
    if (this.trace === undefined) return;
    const answered = answer === undefined ? '' : ` -> ${JSON.stringify(answer)}`;
    this.trace.push(`${this.time.now.toFixed(1).padStart(9)} ${what}${answered}`);
  }

  /** Tells what goes wrong. The senders' patience is counted anew. */
  trouble(what: string): void {
    this.troubleFor(0, what);
  }

  /** Tells what goes wrong for so long. */
  troubleFor(ms: number, what: string): void {
    this.ledger.trouble = Math.max(this.ledger.trouble, this.time.now + ms);
    this.tell(what);
  }
}
