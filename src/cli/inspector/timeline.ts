import type { Step, StepName } from './wire';

/** Measures when a delivery passes its steps. */
export class Timeline {
  readonly #startedAt = performance.now();
  readonly #steps: Step[] = [];

  /** So far, in the order in which they were passed. */
  get steps(): readonly Step[] {
    return [...this.#steps];
  }

  /** @param agoMs how long ago it was passed, in milliseconds */
  readonly mark = (name: StepName, agoMs = 0): void => {
    this.#steps.push({ name, ms: tenths(performance.now() - agoMs - this.#startedAt) });
  };
}

/** A duration in milliseconds, to one tenth. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
