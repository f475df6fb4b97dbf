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

/** Shows progress where a line can be drawn over. Elsewhere, and for a single request, it shows nothing. */
export function progressOn(output: Output, total: number, now: () => number = () => performance.now()): Progress {
  const line = drawnLine(output, now);
  const startedAt = now();
  return {
    show(done) {
      if (total > 1) line.draw(() => progressLine(done, total, (now() - startedAt) / 1000));
    },
    clear: () => line.clear(),
  };
}

/** A line on a terminal that is drawn over and over, at most every {@link drawEvery}. */
export interface DrawnLine {
  draw(text: () => string): void;
  /** Removes it, so that something else can be written. */
  clear(): void;
}

export function drawnLine(output: Output, now: () => number = () => performance.now()): DrawnLine {
  if (!output.isRedrawn) return { draw: () => undefined, clear: () => undefined };
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  return {
    draw(text) {
      if (now() - drawnAt < drawEvery) return;
      drawnAt = now();
      isDrawn = true;
      // The cursor goes back, so that a log line of the app covers it.
      output.write(`\r${text().slice(0, output.columns - 1)}\u001b[K\r`);
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
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? `${timeLeft((total - done) / rate)} left` : '';
  return `${barOf(share)} ${done}/${total} ${Math.floor(share * 100)}% ${rateText(rate)} ${left}`.trimEnd();
}

/** A bar that is full by this share, from 0 to 1. */
export function barOf(share: number): string {
  const full = Math.floor(share * barWidth);
  return `[${'#'.repeat(full)}${'-'.repeat(barWidth - full)}]`;
}

export function rateText(rate: number): string {
  return `${rate.toFixed(rate < 10 ? 1 : 0)}/s`;
}

export function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
