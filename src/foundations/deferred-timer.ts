/**
 * A timer that keeps no process alive, and is armed in the next turn of the event loop, if it is still wanted then: most
 * of what a handler or a store waits for is there before, and arming and clearing three timers for each delivery cost
 * more than its promises.
 */
export class DeferredTimer {
  #start: (() => NodeJS.Timeout) | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `start` makes the timer, for example `() => setTimeout(act, ms)`. */
  constructor(start: () => NodeJS.Timeout) {
    this.#start = start;
    waiting.push(this);
    scheduleArming();
  }

  clear(): void {
    this.#start = undefined;
    clearTimeout(this.#timer);
  }

  arm(): void {
    this.#timer = this.#start?.().unref();
  }
}

let waiting: DeferredTimer[] = [];
let scheduledAt = Number.NEGATIVE_INFINITY;
const overdueMs = 100;

/** Once a turn. One that does not come, such as a test's fake one, must not keep later timers from being armed. */
function scheduleArming(): void {
  const now = performance.now();
  if (waiting.length > 1 && Math.abs(now - scheduledAt) < overdueMs) return;
  scheduledAt = now;
  // Not unref'd: an idle loop would come to it only after its next event, perhaps never. It keeps a turn alive, no more.
  setImmediate(armAll);
}

function armAll(): void {
  const timers = waiting;
  waiting = [];
  for (const timer of timers) timer.arm();
}
