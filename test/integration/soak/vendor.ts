import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { SignedDelivery } from '../../../src/testing/index';
import { clockMs } from '../kit/clock';
import { outcomeOf, path, pause, post, type Reply, signedNote } from '../kit/sender';

export interface Sent {
  readonly acknowledged: number;
  /** Deliveries that were given up. */
  readonly givenUp: number;
  readonly requests: number;
  readonly copies: number;
  readonly abortedUploads: number;
  /** How often each outcome was answered. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface Habits {
  /** How many of its deliveries are sent several times at once, from 0 to 1. */
  readonly copied: number;
  /** How many come after an upload that broke off, from 0 to 1. */
  readonly brokenOff: number;
  /** How long an answer is waited for, in milliseconds. */
  readonly patienceMs: number;
  /** The most often that a delivery is sent. */
  readonly mostAttempts: number;
  /** The first pause between two times, by half of it more or less; each is twice as long as the one before. */
  readonly firstPauseMs: number;
  /** The longest pause, likewise. */
  readonly longestPauseMs: number;
  /** A delivery that is new. */
  readonly make: () => SignedDelivery;
  readonly onReply: (delivery: SignedDelivery, port: number, reply: Reply, sentAt: number) => void;
}

const usual: Habits = {
  copied: 0.3,
  brokenOff: 0.05,
  patienceMs: 4000,
  mostAttempts: 60,
  firstPauseMs: 50,
  longestPauseMs: 1500,
  make: () => signedNote(randomUUID()),
  onReply: () => undefined,
};

/** A sender that repeats as vendors do: what is not acknowledged comes again, later and later, up to a bound. */
export class Vendor {
  readonly #ports: readonly number[];
  readonly #habits: Habits;
  readonly #outcomes = new Map<string, number>();
  readonly #pending = new Set<Promise<void>>();
  #acknowledged = 0;
  #givenUp = 0;
  #isTired = false;
  #copies = 0;
  #abortedUploads = 0;

  constructor(ports: readonly number[], habits: Partial<Habits> = {}) {
    this.#ports = ports;
    this.#habits = { ...usual, ...habits };
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Sends a delivery that is new, sometimes several times at once, sometimes after an upload that broke off. */
  send(): void {
    const sending = this.#sendNew().finally(() => this.#pending.delete(sending));
    this.#pending.add(sending);
  }

  /** Repeats nothing any more. */
  giveUp(): void {
    this.#isTired = true;
  }

  async finish(): Promise<Sent> {
    await Promise.all(this.#pending);
    const outcomes = Object.fromEntries([...this.#outcomes].toSorted(([one], [other]) => one.localeCompare(other)));
    return {
      acknowledged: this.#acknowledged,
      givenUp: this.#givenUp,
      requests: [...this.#outcomes.values()].reduce((sum, count) => sum + count, 0),
      copies: this.#copies,
      abortedUploads: this.#abortedUploads,
      outcomes,
    };
  }

  async #sendNew(): Promise<void> {
    const { make, copied, brokenOff } = this.#habits;
    const note = make();
    if (Math.random() < brokenOff) await this.#breakOff(note);
    const copies = Math.random() < copied ? 1 + Math.floor(Math.random() * 3) : 0;
    this.#copies += copies;
    const sent = await Promise.all(Array.from({ length: 1 + copies }, () => this.#repeat(note)));
    if (sent.every(Boolean)) this.#acknowledged += 1;
    else this.#givenUp += 1;
  }

  async #repeat(note: SignedDelivery): Promise<boolean> {
    const { mostAttempts, firstPauseMs, longestPauseMs, patienceMs, onReply } = this.#habits;
    for (let attempt = 0; attempt < mostAttempts && !this.#isTired; attempt += 1) {
      const port = this.#anyPort();
      const sentAt = clockMs();
      const reply = await post(port, note, patienceMs);
      onReply(note, port, reply, sentAt);
      const outcome = outcomeOf(reply) ?? 'no answer';
      this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
      if (reply.status === 200) return true;
      await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** attempt) * (0.5 + Math.random()));
    }
    return false;
  }

  async #breakOff({ headers, body }: SignedDelivery): Promise<void> {
    this.#abortedUploads += 1;
    const lines = Object.entries({ ...headers, host: 'localhost', 'content-length': String(Buffer.byteLength(body)) });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const socket = connect(this.#anyPort(), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n${body.slice(0, body.length / 2)}`);
    await pause(20);
    socket.destroy();
  }

  #anyPort(): number {
    return this.#ports[Math.floor(Math.random() * this.#ports.length)] as number;
  }
}
