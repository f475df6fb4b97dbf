import type { Settled } from './delivery';
import { PatientTimer } from './patient-timer';

/**
 * What `running` settles as, or `timeout` if that takes longer than `ms`. Only the waiting ends: the run goes on, and
 * `late` is told how it ended.
 */
export function beforeDeadline(
  running: Promise<Settled>,
  ms: number,
  timeout: () => Settled,
  late: (settled: Settled) => void,
): Promise<Settled> {
  return new Promise((resolve, reject) => {
    let answered = false;
    function giveUp(): void {
      answered = true;
      resolve(timeout());
    }
    const timer = new PatientTimer(() => setTimeout(giveUp, Math.max(0, ms)));
    running.then(
      (settled) => {
        timer.clear();
        if (answered) late(settled);
        else resolve(settled);
      },
      (error: unknown) => {
        timer.clear();
        reject(error instanceof Error ? error : new Error('not an Error', { cause: error }));
      },
    );
  });
}
