import type { JournalFilter, ReplayProgress } from '../../index';
import type { Io } from '../io';
import { jsonLine } from '../json-line';
import { barOf, drawnLine, rateText, timeLeft } from '../sending/progress';

/** From the oldest to the newest delivery that a replay may find, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Shows how far a replay is. */
export interface ProgressReport {
  show(progress: ReplayProgress): void;
  clear(): void;
}

/** Between two lines where no bar can be drawn, in milliseconds. */
const lineEvery = 5000;
const jsonEvery = 1000;

/** A bar on a terminal that draws over lines, a line now and then elsewhere, with `--json` lines of JSON among the results. */
export function reportProgress({ stdout, stderr }: Io, span: Span | undefined, json: true | undefined): ProgressReport {
  const bar = drawnLine(stderr);
  const startedAt = performance.now();
  let writtenAt = startedAt;
  let first: number | undefined;

  return {
    show(progress) {
      const now = performance.now();
      const share = span && shareOf(progress, span);
      // A replay that goes on begins in the middle, and has not come there in this time.
      first ??= share;
      const text = (): string => progressText(progress, (now - startedAt) / 1000, share, first);
      bar.draw(text);
      const isDue = now - writtenAt >= (json ? jsonEvery : lineEvery);
      if (!isDue || (!json && stderr.isRedrawn)) return;
      writtenAt = now;
      if (json) stdout.write(jsonLine({ type: 'progress', ...progress }));
      else stderr.write(`${text()}\n`);
    },
    clear: () => bar.clear(),
  };
}

/** How much of the time that is searched is behind. Nobody counts deliveries beforehand. */
function shareOf({ upTo }: ReplayProgress, { from, to }: Span): number | undefined {
  if (upTo === undefined || to <= from) return undefined;
  return Math.min(1, Math.max(0, (upTo.getTime() - from) / (to - from)));
}

/** The part of the time of arrival that a replay will search, as far as it is known. */
export function spanOf(
  { from, to }: JournalFilter,
  { oldest, newest }: { readonly oldest: Date | undefined; readonly newest: Date | undefined },
): Span | undefined {
  if (oldest === undefined || newest === undefined) return undefined;
  const wanted = (moment: JournalFilter['from'], usual: number): number =>
    moment === undefined ? usual : new Date(moment).getTime();
  return {
    from: Math.max(oldest.getTime(), wanted(from, Number.NEGATIVE_INFINITY)),
    to: Math.min(newest.getTime(), wanted(to, Number.POSITIVE_INFINITY)),
  };
}

/** Bar, share, counts, rate, and the time left at the pace until now. */
export function progressText(
  { found, failed, skipped }: ReplayProgress,
  seconds: number,
  share: number | undefined,
  first = 0,
): string {
  const rate = seconds > 0 ? found / seconds : 0;
  const counts = [
    `${found} done`,
    failed > 0 && `${failed} failed`,
    skipped > 0 && `${skipped} skipped`,
    rateText(rate),
  ];
  const told = counts.filter((part) => part !== false).join(', ');
  if (share === undefined) return told;
  const gone = share - first;
  const left = gone > 0 ? `, ${timeLeft((seconds / gone) * (1 - share))} left` : '';
  return `${barOf(share)} ${Math.floor(share * 100)}% ${told}${left}`;
}
