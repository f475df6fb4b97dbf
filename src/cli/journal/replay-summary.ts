import type { ReplaySummary } from '../../index';
import type { Output } from '../io';
import { rateText } from '../sending/progress';
import { visibleText } from '../visible-text';

/** What a replay did, in a few lines. */
export function summaryLines(summary: ReplaySummary, seconds: number, output: Output): string {
  const { found, ran, failed, skipped, outcomes, unclear, handlers, failures, dryRun } = summary;
  const pace = dryRun ? '' : ` in ${seconds.toFixed(1)} s, ${rateText(found / Math.max(seconds, 0.001))}`;
  const parts = [`${ran} ${dryRun ? 'would run' : 'ran'}`, `${failed} failed`, `${skipped} skipped`];
  const lines = [
    output.paint('bold', `${found} ${found === 1 ? 'delivery' : 'deliveries'}: ${parts.join(', ')}${pace}`),
  ];
  const ended = Object.entries(outcomes).map(([outcome, count]) => `${count} × ${outcome}`);
  if (ended.length > 0) lines.push(`outcomes  ${ended.join(', ')}`);
  const runs = Object.entries(handlers).map(
    ([name, { ran: runs, failed: lost }]) => `${runs} × ${visibleText(name)}${lost > 0 ? ` (${lost} failed)` : ''}`,
  );
  if (runs.length > 0) lines.push(`handlers  ${runs.join(', ')}`);
  if (unclear > 0) lines.push(`unclear   ${unclear} are done, but not known by which handlers: only --force runs them`);
  for (const { key, event = '-', handler, message } of failures) {
    const who = handler === undefined ? '' : `${handler}: `;
    lines.push(`${output.paint('red', 'failed')}    ${visibleText(`${key} ${event} ${who}${message}`)}`);
  }
  if (failed > failures.length) lines.push(`failed    ${failed - failures.length} more`);
  return `${lines.join('\n')}\n`;
}
