import type { ClaimedWork } from './claimed-work';

type OverrunRun = Pick<ClaimedWork, 'progress'>;

/**
 * Runs that go on after `maxRunMs`, by key. Their claim is given up, so a repeat may get one, also between a handler's
 * success and its record in the store. In this process it can know better.
 */
export class OverrunRuns {
  readonly #runs = new Map<string, Set<OverrunRun>>();

  /** Returns a function that forgets the run, to be called a single time, when its successes are recorded or pending. */
  add(key: string, run: OverrunRun): () => void {
    const runs = this.#runs.get(key) ?? new Set();
    this.#runs.set(key, runs.add(run));
    return () => {
      runs.delete(run);
      if (runs.size === 0) this.#runs.delete(key);
    };
  }

  succeededIn(key: string): readonly string[] {
    const runs = this.#runs.get(key);
    return runs === undefined ? [] : [...runs].flatMap(({ progress }) => progress.succeeded);
  }
}
