import timers from 'node:timers';

/** Whose code runs: a process that can die, or stop for a while. */
export interface Owner {
  isAlive: boolean;
  /** It runs nothing before. */
  frozenUntil: number;
}

interface Task {
  at: number;
  readonly order: number;
  readonly owner: Owner | undefined;
  /** `undefined` when it was cancelled. */
  run: (() => void) | undefined;
}

/** What `setTimeout` returns. */
interface VirtualTimer {
  readonly task: Task;
  ref(): VirtualTimer;
  unref(): VirtualTimer;
}

/**
 * Time that passes only from one task to the next. While it runs, `setTimeout` and `performance` are its own, and what sets
 * a timer is the owner whose task runs.
 */
export class VirtualTime {
  now = 0;
  readonly #heap: Task[] = [];
  #order = 0;
  #owner: Owner | undefined;

  /** Runs `run` after `ms`, unless its owner is dead by then. */
  after(ms: number, owner: Owner | undefined, run: () => void): void {
    this.#add(ms, owner, run);
  }

  /** Runs tasks, and all that they make ready, until nothing is left or `isOver`. */
  async runUntil(isOver: () => boolean): Promise<void> {
    const stop = rule(this);
    try {
      while (!isOver() && this.#heap.length > 0) await this.#step();
    } finally {
      stop();
    }
  }

  #add(ms: number, owner: Owner | undefined, run: () => void): Task {
    this.#order += 1;
    const task = { at: this.now + Math.max(0, ms), order: this.#order, owner, run };
    push(this.#heap, task);
    return task;
  }

  async #step(): Promise<void> {
    const task = pop(this.#heap);
    if (task?.run === undefined || task.owner?.isAlive === false) return;
    const { owner } = task;
    if (owner !== undefined && owner.frozenUntil > task.at) {
      task.at = owner.frozenUntil;
      push(this.#heap, task);
      return;
    }
    this.now = task.at;
    this.#owner = owner;
    task.run();
    // What is nobody's runs no code that waits.
    if (owner !== undefined) await new Promise((resolve) => timers.setImmediate(resolve));
  }

  /** Sets a timer for the owner whose task runs. */
  set(run: () => void, ms = 0): VirtualTimer {
    const timer = { task: this.#add(ms, this.#owner, run), ref: () => timer, unref: () => timer };
    return timer;
  }
}

/** The time that runs now. */
let ruling: VirtualTime | undefined;
let isInstalled = false;

/** Lets this time pass instead of the real one, until the returned function is called. */
function rule(time: VirtualTime): () => void {
  install();
  ruling = time;
  return () => {
    ruling = undefined;
  };
}

/**
 * Puts functions that ask the ruling time in the place of the globals. Once and for good: Jest keeps each value that a
 * global ever had until the suite ends, and with it all that the value refers to.
 */
function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const real = { setTimeout, clearTimeout, performance };
  const fakes = {
    setTimeout(run: () => void, ms?: number) {
      return ruling === undefined ? real.setTimeout(run, ms) : ruling.set(run, ms);
    },
    clearTimeout(timer: VirtualTimer | NodeJS.Timeout | undefined) {
      if (timer !== undefined && 'task' in timer) timer.task.run = undefined;
      else real.clearTimeout(timer);
    },
    performance: { now: () => ruling?.now ?? real.performance.now() },
  };
  for (const [name, value] of Object.entries(fakes)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

function isBefore(one: Task, other: Task): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function push(heap: Task[], task: Task): void {
  let place = heap.length;
  heap.push(task);
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(task, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = task;
}

function pop(heap: Task[]): Task | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let place = 0;
  for (;;) {
    let below = 2 * place + 1;
    let child = heap[below];
    if (child === undefined) break;
    const right = heap[below + 1];
    if (right !== undefined && isBefore(right, child)) [below, child] = [below + 1, right];
    if (!isBefore(child, last)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = last;
  return first;
}
