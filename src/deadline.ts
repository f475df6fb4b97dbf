import type { Settled } from './delivery';

/**
 * What `running` settles as, or `timeout` if that takes longer than `ms`. Only the waiting ends: the run goes on, and
 * `late` is told how it ended.
 */
export function beforeDeadline(
  running: Promise<Settled>,
  ms: number,
  timeout: Settled,
  late: (settled: Settled) => void,
): Promise<Settled> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const timer = setTimeout(
      () => {
        answered = true;
        resolve(timeout);
      },
      Math.max(0, ms),
    ).unref();
    running
      .finally(() => clearTimeout(timer))
      .then((settled) => (answered ? late(settled) : resolve(settled)))
      .catch(reject);
  });
}
