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
    running.then((settled) => {
      clearTimeout(timer);
      if (answered) late(settled);
      else resolve(settled);
    }, reject);
  });
}
