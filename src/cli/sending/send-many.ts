import { exitCodes, Failure } from '../failure';
import type { Io } from '../io';
import { isAccepted } from '../is-accepted';
import { jsonLine } from '../json-line';
import { pace } from './pace';
import { type Posted, posterTo } from './poster';
import { progressOn } from './progress';
import { type Answer, readAnswer } from './read-answer';
import { answerLine, summaryLines } from './report-answers';
import { addressOf, atOnce, type SendingOptions } from './sending-options';
import { Tally } from './tally';

/** A request, with the name to print. */
export interface NamedRequest extends Posted {
  /** Name of its event. */
  readonly event: string;
}

/** Up to 50 requests get a line each. Beyond that, only the first 50 failures do. */
const mostLines = 50;

/** After so many requests without any answer, the rest is not sent. */
const mostUnanswered = 5;

/**
 * Sends requests, prints their answers and a summary. `make` is called for each request just before it is sent.
 *
 * @returns how often each status came
 * @throws Failure when nothing answers
 */
export async function sendMany(
  total: number,
  make: (index: number) => NamedRequest,
  options: SendingOptions,
  io: Io,
): Promise<Readonly<Record<string, number>>> {
  const { rate, concurrency = rate === undefined ? 1 : atOnce, timeout, json } = options;
  const unreachable = new AbortController();
  const until = AbortSignal.any([io.interrupted, unreachable.signal]);
  const sending = { timeoutMs: timeout * 1000, until: io.interrupted };
  const url = addressOf(options, io);
  const poster = posterTo({ url, peer: 'receiver', connections: concurrency, insecure: options.insecure, ...sending });
  const progress = progressOn(io.stderr, total);
  const tally = new Tally();
  const startedAt = performance.now();
  let lines = 0;

  function tell(event: string, answer: Answer): void {
    if (json) {
      io.stdout.write(jsonLine({ type: 'delivery', event, ...answer, ms: Number(answer.ms.toFixed(2)) }));
    } else if (total <= mostLines || (!isAccepted(answer.status) && lines < mostLines)) {
      lines += 1;
      progress.clear();
      io.stdout.write(answerLine(event, answer, io.stdout));
    }
  }

  await pace({ total, rate, concurrency, until }, async (index) => {
    const request = make(index);
    const answer = readAnswer(await poster.post(request));
    // A request that Ctrl-C broke off has no known outcome.
    if (answer.status === undefined && io.interrupted.aborted) return;
    tally.add(answer);
    tell(request.event, answer);
    progress.show(tally.sent);
    if (tally.answered === 0 && tally.sent >= mostUnanswered) unreachable.abort();
  });
  poster.close();
  progress.clear();

  const summary = tally.sumUp((performance.now() - startedAt) / 1000);
  if (json) io.stdout.write(jsonLine({ type: 'summary', total, ...summary }));
  else if (total > 1 || io.interrupted.aborted) io.stdout.write(summaryLines(summary, { total, rate }, io.stdout));
  if (unreachable.signal.aborted && tally.sent < total) throw new Failure('Nothing answers, so the rest was not sent.');
  if (tally.refused > 0) io.setExitCode(exitCodes.refused);
  return summary.statuses;
}
