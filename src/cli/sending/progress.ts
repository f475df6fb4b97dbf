import type { Output } from '../io';

/** The least time between two drawings, in milliseconds. */
const drawEvery = 100;
const barWidth = 24;

/** A line that shows how many requests are done. */
export interface Progress {
  /** Draws the line, at most every {@link drawEvery}. */
  show(done: number): void;
  /** Removes the line, so that something else can be written. */
  clear(): void;
}

/** Shows progress on a terminal. In a pipe, and for a single request, it shows nothing. */
export function progressOn(output: Output, total: number, now: () => number = () => performance.now()): Progress {
  if (!output.isTerminal || total < 2) return { show: () => undefined, clear: () => undefined };
  const startedAt = now();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  return {
    show(done) {
      if (now() - drawnAt < drawEvery) return;
      drawnAt = now();
      isDrawn = true;
      const line = progressLine(done, total, (drawnAt - startedAt) / 1000);
      output.write(`\r${line.slice(0, output.columns - 1)}\u001b[K`);
    },
    clear() {
      if (isDrawn) output.write('\r\u001b[K');
      isDrawn = false;
    },
  };
}

/** Bar, count, share, rate, and the time left at that rate. */
export function progressLine(done: number, total: number, seconds: number): string {
  const share = done / total;
  const full = Math.floor(share * barWidth);
  const bar = '#'.repeat(full) + '-'.repeat(barWidth - full);
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? `${timeLeft((total - done) / rate)} left` : '';
  return `[${bar}] ${done}/${total} ${Math.floor(share * 100)}% ${rate.toFixed(rate < 10 ? 1 : 0)}/s ${left}`.trimEnd();
}

function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
