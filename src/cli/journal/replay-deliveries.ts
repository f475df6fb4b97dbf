import { isWebhookError } from '../../foundations/errors';
import type { JournalFilter, JournalOfReceiver, ReplaySummary } from '../../index';
import { answerOf } from '../app/answer';
import { exitCodes } from '../failure';
import type { Io } from '../io';
import { jsonLine } from '../json-line';
import { shellWord } from '../shell-word';
import { visibleText } from '../visible-text';
import { filterOf } from './filter-options';
import type { ReplayOptions } from './replay-options';
import { reportProgress, type Span, spanOf } from './replay-progress';
import { summaryLines } from './replay-summary';
import { findFailedCommand, replayFailedCommand, resumeCommand } from './resume-command';
import { theJournal, withJournal } from './with-journal';

/** A replay that takes longer than this has a place to go on from, in milliseconds. */
const longMs = 1000;

/** `journal replay`: runs deliveries again. Ctrl-C lets running handlers end, and says how to go on. */
export async function replayDeliveries(options: ReplayOptions, io: Io): Promise<void> {
  const { app, handlers, force, rate, concurrency, json, dryRun = false } = options;
  const filter = filterOf(options);
  // Without a name there would be nothing to go on with. The journal forgets it at the end.
  const newName = dryRun ? undefined : `replay-${new Date().toISOString().replace(/\W/g, '')}`;
  const name = options.name ?? newName;
  // A dry run leaves the place where it was.
  const resumed = dryRun ? undefined : name;
  await withJournal(app, io, async (journal) => {
    const progress = reportProgress(io, await spanIn(journal, filter, io), json);
    const onInterrupt = (): void => {
      progress.clear();
      const rest =
        resumed === undefined ? '' : ` What is left then goes on with --name ${shellWord(visibleText(resumed))}.`;
      io.stderr.write(`${dryRun ? '' : 'Running handlers end first. '}Ctrl-C again ends at once.${rest}\n`);
    };
    io.interrupted.addEventListener('abort', onInterrupt, { once: true });
    io.finishUnread();
    const startedAt = performance.now();
    // A crash or a lost connection leaves no time to say it.
    let isNameTold = name === undefined || name === options.name;
    const tellName = (): void => {
      if (isNameTold || performance.now() - startedAt < longMs) return;
      isNameTold = true;
      progress.clear();
      io.stderr.write(`If this replay is cut off, it goes on with --name ${name}.\n`);
    };
    const summary = await journal.replay({
      ...filter,
      handlers,
      dryRun,
      force: force ?? false,
      rate,
      concurrency,
      name,
      signal: io.interrupted,
      onProgress(now) {
        tellName();
        progress.show(now);
      },
    });
    io.interrupted.removeEventListener('abort', onInterrupt);
    progress.clear();
    const seconds = (performance.now() - startedAt) / 1000;
    if (json) io.stdout.write(jsonLine({ type: 'summary', ...summary, name, seconds }));
    else io.stdout.write(summaryLines(summary, seconds, io.stdout));
    if (!isDone(summary, dryRun)) io.setExitCode(exitCodes.refused);
    tellHowToGoOn(summary, options, resumed, io);
  });
}

/** A dry run has nothing that could be taken for done. */
function isDone({ failed, failedBefore, interrupted }: ReplaySummary, dryRun: boolean): boolean {
  return failed === 0 && interrupted === undefined && (failedBefore === 0 || dryRun);
}

/** Names the commands for what failed, and for what is left: that goes on with the name `resumed`. */
function tellHowToGoOn(
  { failed, failedBefore, interrupted }: ReplaySummary,
  options: ReplayOptions,
  resumed: string | undefined,
  io: Io,
): void {
  const { force, dryRun } = options;
  if (failedBefore > 0) {
    const before = `${failedBefore} failed before the place that it went on from.`;
    io.stderr.write(`${before} To list what has failed:\n  ${findFailedCommand(options)}\n`);
  }
  if (force && !dryRun && failed + failedBefore > 0) {
    const again = 'Handlers that had succeeded before it run again only with --force:';
    io.stderr.write(`${again}\n  ${replayFailedCommand(options)}\n`);
  }
  if (interrupted !== undefined) {
    const goOn = resumed === undefined ? '' : ` To go on where it was:\n  ${resumeCommand(options, resumed)}`;
    io.stderr.write(`It ended early: ${visibleText(interrupted)}${goOn}\n`);
  }
}

/**
 * The span of a progress bar. Rejects if the journal cannot be opened. A large one may not count in time: then there is
 * no bar.
 */
async function spanIn(journal: JournalOfReceiver, filter: JournalFilter, io: Io): Promise<Span | undefined> {
  try {
    return spanOf(filter, await answerOf(journal.stats(), theJournal, io));
  } catch (error) {
    if (isWebhookError(error) || io.interrupted.aborted) throw error;
    return undefined;
  }
}
