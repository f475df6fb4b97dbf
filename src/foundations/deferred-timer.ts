/**
 * The clock's functions when this module was loaded. Others in their place are a test's fake clock, or the real one after
 * a fake.
 */
const usual = { setImmediate, setTimeout };

/**
 * A timer that does not keep the process alive. It is armed in the next turn of the event loop, unless it was cleared
 * before: most handlers and stores answer sooner, and arming three timers for each delivery costs more than its
 * promises.
 *
 * Each waits for that turn by itself. A turn that is shared never comes if it belongs to a fake clock that is gone.
 */
export class DeferredTimer {
  #start: (() => NodeJS.Timeout) | undefined;
  #turn: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #clearTimer: typeof clearTimeout | undefined;

  /** `start` makes the timer, for example `() => setTimeout(act, ms)`. */
  constructor(start: () => NodeJS.Timeout) {
    this.#start = start;
    // Where the clock was replaced, it may be advanced before the next turn, which may be of another clock.
    if (setTimeout !== usual.setTimeout || setImmediate !== usual.setImmediate) this.#arm();
    // Not unref'd: an idle loop would run it only after its next event, perhaps never. It keeps the loop alive for one
    // turn.
    else this.#turn = setImmediate(() => this.#arm());
  }

  clear(): void {
    this.#start = undefined;
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#clearTimer?.(this.#timer);
  }

  #arm(): void {
    this.#turn = undefined;
    // A clock that comes later cannot clear this timer.
    this.#clearTimer = clearTimeout;
    this.#timer = this.#start?.().unref();
  }
}
