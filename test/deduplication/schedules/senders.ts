import type { WebhookResponse } from '../../../src/index';
import { examplePayload } from '../../../src/testing';
import type { VirtualProcess } from './virtual-process';
import type { World } from './world';

export const deliveries = ['one', 'two', 'three'].map((content) => ({
  headers: {},
  body: JSON.stringify(examplePayload('notes_created', { data: { content } })),
}));

export type Delivery = (typeof deliveries)[number];

/** A sender hangs up on a request that takes longer, in milliseconds. */
const patienceMs = 15_000;
/** It asks again so soon after it was cut off. */
const againMs = 1000;

/** What sends deliveries, each again and again until it is acknowledged. */
export class Senders {
  /** How many copies of each delivery wait to be acknowledged. */
  readonly waiting = new Map<Delivery, number>();
  readonly #world: World;
  /** A process that takes requests, if there is one. */
  readonly #pick: () => VirtualProcess | undefined;
  /** By the bodies of their deliveries. */
  readonly #keys: ReadonlyMap<string, string>;

  constructor(world: World, keys: ReadonlyMap<string, string>, pick: () => VirtualProcess | undefined) {
    this.#world = world;
    this.#keys = keys;
    this.#pick = pick;
  }

  /** Sends a delivery after `ms`, the first time to `first`. */
  send(ms: number, delivery: Delivery, first?: VirtualProcess): void {
    this.expect(delivery, 1);
    this.#sendAfter(ms, delivery, first);
  }

  /** One copy more or less waits to be acknowledged. */
  expect(delivery: Delivery, change: 1 | -1): void {
    const copies = (this.waiting.get(delivery) ?? 0) + change;
    if (copies > 0) this.waiting.set(delivery, copies);
    else this.waiting.delete(delivery);
  }

  keyOf(delivery: Delivery): string {
    return this.#keys.get(delivery.body) ?? '';
  }

  #sendAfter(ms: number, delivery: Delivery, first?: VirtualProcess): void {
    const { time, random } = this.#world;
    time.after(ms, undefined, () => {
      const process = first?.isAlive ? first : this.#pick();
      if (process === undefined) this.#sendAfter(againMs, delivery);
      else time.after(random.between(0, 3), undefined, () => this.#post(process, delivery));
    });
  }

  /** Whatever comes first counts: an answer, the death of the process, or the end of patience. */
  #post(process: VirtualProcess, delivery: Delivery): void {
    const { time } = this.#world;
    let isOver = !process.isAlive;
    const again = (ms: number): void => {
      if (isOver) return;
      isOver = true;
      stop();
      this.#sendAfter(ms, delivery);
    };
    const stop = process.serve(() => again(againMs));
    if (isOver) {
      this.#sendAfter(againMs, delivery);
      return;
    }
    time.after(patienceMs, undefined, () => again(againMs));
    time.after(0, process, () => {
      void process.webhooks.receive(delivery).then((reply) => {
        const retryMs = this.#read(reply, process, delivery);
        if (retryMs !== undefined) again(retryMs);
        else if (!isOver) {
          isOver = true;
          stop();
          this.expect(delivery, -1);
        }
      });
    });
  }

  /** When to send again; `undefined` if it was acknowledged. */
  #read({ status, headers, body }: WebhookResponse, process: VirtualProcess, delivery: Delivery): number | undefined {
    const { ledger, random, time } = this.#world;
    this.#world.tell(`${process.name} answers ${status} ${body.slice(-40)}`);
    if (status === 200) {
      ledger.acknowledged(this.keyOf(delivery), time.now);
      return undefined;
    }
    if (status !== 503) return random.between(1000, 5000);
    return Number(headers['retry-after']) * 1000;
  }
}
