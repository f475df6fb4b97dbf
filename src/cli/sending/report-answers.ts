import type { Output } from '../io';
import { isAccepted } from '../is-accepted';
import type { Answer } from './read-answer';
import type { Summary } from './tally';

/** A request and its answer, as a line. */
export function answerLine(event: string, { status, outcome, detail, error, ms }: Answer, output: Output): string {
  if (status === undefined) return `${output.paint('red', 'failed')} ${event}: ${error ?? 'no answer'}\n`;
  const told = [outcome, detail].filter((part) => part !== undefined).join(' ');
  const colour = isAccepted(status) ? 'green' : 'red';
  return `${output.paint(colour, String(status))} ${event}${told && ` ${told}`} ${output.paint('dim', `${ms.toFixed(0)} ms`)}\n`;
}

/** The summary of all requests, in a few lines. */
export function summaryLines(
  { sent, statuses, outcomes, errors, seconds, rate, latencyMs }: Summary,
  wanted: { readonly total: number; readonly rate: number | undefined },
  output: Output,
): string {
  const many = wanted.total > sent ? `${sent} of ${wanted.total}` : String(sent);
  const asked = wanted.rate === undefined ? '' : ` of ${wanted.rate}/s`;
  const lines = [
    `${many} sent in ${seconds.toFixed(1)} s, ${rate}/s${asked}`,
    ...listed('statuses', statuses),
    ...listed('outcomes', outcomes),
    ...listed('failed', errors),
    ...(latencyMs === undefined
      ? []
      : [
          `latency   p50 ${latencyMs.p50} ms, p95 ${latencyMs.p95} ms, p99 ${latencyMs.p99} ms, max ${latencyMs.max} ms`,
        ]),
  ];
  const [first = '', ...others] = lines;
  return `${[output.paint('bold', first), ...others].join('\n')}\n`;
}

function listed(name: string, counts: Readonly<Record<string, number>>): string[] {
  const each = Object.entries(counts).map(([kind, count]) => `${count} × ${kind}`);
  return each.length === 0 ? [] : [`${name.padEnd(9)} ${each.join(', ')}`];
}
