import { DeferredTimer } from '../foundations/deferred-timer';
import type { Settled } from '../foundations/delivery';

/**
 * Settles as `running` does, or to `timeout()` after `ms`. After a timeout the run goes on, and `late` gets its end.
 */
export function answerInTime(
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
    const timer = new DeferredTimer(() => setTimeout(giveUp, Math.max(0, ms)));
    running.then((settled) => {
      timer.clear();
      if (answered) late(settled);
      else resolve(settled);
    }, reject);
  });
}
