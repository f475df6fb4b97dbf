import type { Output } from '../io';
import { isAccepted } from '../is-accepted';
import { lineWidth, wrapLine, wrapText } from '../wrap';
import type { Answer } from './read-answer';
import type { Summary } from './tally';

/** A request and its answer: status, outcome, event and time in columns, then why it was refused. */
export function answerLine(event: string, { status, outcome, detail, error, ms }: Answer, output: Output): string {
  const style = isAccepted(status) ? 'green' : 'red';
  const facts = [
    output.paint(style, String(status ?? '---')),
    output.paint(style, (status === undefined ? 'no answer' : (outcome ?? '')).padEnd(15)),
    event.padEnd(25),
    output.paint('dim', `${ms.toFixed(0)} ms`.padStart(8)),
  ].join('  ');
  const reason = error ?? (isAccepted(status) ? undefined : detail);
  if (reason === undefined) return `${facts}\n`;
  const width = lineWidth(output);
  // The facts are 57 wide, unless a name is longer than any of Bigmind's.
  const fits = Math.max(57, 32 + event.length) + 2 + reason.length <= width;
  return fits ? `${facts}  ${reason}\n` : `${facts}\n${wrapLine(`     ${reason}`, width, 5)}\n`;
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
  const rest = others.map((line) => `${wrapText(line, lineWidth(output))}\n`);
  return `${output.paint('bold', first)}\n${rest.join('')}`;
}

function listed(name: string, counts: Readonly<Record<string, number>>): string[] {
  const each = Object.entries(counts).map(([kind, count]) => `${count} × ${kind}`);
  return each.length === 0 ? [] : [`${name.padEnd(9)} ${each.join(', ')}`];
}
