import { answerOf } from '../app/answer';
import { withApp } from '../app/open-app';
import type { Io } from '../io';
import { type ChosenOptions, chosenIds, sumUp } from './chosen-ids';
import { theQueue } from './pages';

/** Engines move all of them in one call, which takes its time. */
const longestMs = 3_600_000;

/** `dead-letters redrive`: gives the chosen ones all their attempts again. */
export async function redriveLetters(ids: readonly string[], options: ChosenOptions, io: Io): Promise<void> {
  const chosen = chosenIds(ids, options);
  await withApp(options.app, io, async ({ deadLetters }) => {
    const missing: string[] = [];
    let count = 0;
    if (chosen === 'all') {
      count = await answerOf(deadLetters.redrive('all'), theQueue, io, longestMs);
    } else {
      for (const id of chosen) {
        if (io.interrupted.aborted) break;
        const redriven = await answerOf(deadLetters.redrive(id), theQueue, io);
        count += redriven;
        if (redriven === 0) missing.push(id);
      }
    }
    sumUp({ what: 'redriven', count, missing }, options.json, io);
  });
}
