import type { Logger } from '../foundations/contracts/logger';
import { logSafely } from '../foundations/tell';

/** A deploy takes less. In lengths of `lostAfterMs`: five minutes by default. */
const patience = 10;

/**
 * Warns once when workers with other handlers take deliveries of the same namespace: each delivery is handled by
 * whichever takes it. It goes by the handlers' names. Two services with the same ones cannot be told from one.
 */
export class SharedNamespace {
  readonly #handlers: () => readonly string[];
  readonly #logger: () => Logger | undefined;
  readonly #afterMs: number;
  #since: number | undefined;
  #isTold = false;

  constructor(handlers: () => readonly string[], logger: () => Logger | undefined, lostAfterMs: number) {
    this.#handlers = handlers;
    this.#logger = logger;
    this.#afterMs = patience * lostAfterMs;
  }

  /** What a worker writes into its record. */
  get own(): readonly string[] {
    return [...this.#handlers()].sort();
  }

  /** To be called with what the records of the other living workers say. */
  look(records: readonly unknown[]): void {
    if (this.#isTold) return;
    const { own } = this;
    const lists = records.filter((record): record is string[] => Array.isArray(record));
    const others = lists.find((names) => names.join() !== own.join());
    if (others === undefined) {
      this.#since = undefined;
      return;
    }
    this.#since ??= performance.now();
    if (performance.now() - this.#since < this.#afterMs) return;
    this.#isTold = true;
    const onlyThere = others.filter((name) => !own.includes(name));
    const onlyHere = own.filter((name) => !others.includes(name));
    const text =
      'Workers with other handlers take deliveries of this namespace, and each is handled by one of them alone.';
    const remedy = 'Give each service a namespace of its own, and register the same handlers in each worker of one.';
    logSafely(this.#logger(), 'warn', { code: 'NAMESPACE_SHARED', onlyThere, onlyHere }, `${text} ${remedy}`);
  }
}
