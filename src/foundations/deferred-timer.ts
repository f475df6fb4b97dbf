/**
 * A timer that does not keep the process alive. It is armed in the next turn of the event loop, unless it was cleared
 * before: most handlers and stores answer sooner, and arming three timers for each delivery costs more than its
 * promises.
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

/** Schedules once a turn. If that turn never comes, as with a test's fake timers, later timers are still armed. */
function scheduleArming(): void {
  const now = performance.now();
  if (waiting.length > 1 && Math.abs(now - scheduledAt) < overdueMs) return;
  scheduledAt = now;
  // Not unref'd: an idle loop would run it only after its next event, perhaps never. It keeps the loop alive for one
  // turn.
  setImmediate(armAll);
}

function armAll(): void {
  const timers = waiting;
  waiting = [];
  for (const timer of timers) timer.arm();
}
