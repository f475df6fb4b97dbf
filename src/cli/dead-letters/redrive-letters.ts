import { isWebhookError } from '../../foundations/errors';
import type { DeadLetters } from '../../index';
import { answerOf } from '../app/answer';
import { withApp } from '../app/open-app';
import type { Io } from '../io';
import { type ChosenOptions, chosenIds, sumUp, tellDone } from './chosen-ids';
import { theQueue } from './pages';

/** Engines move all of them in one call, which takes its time. */
const longestMs = 3_600_000;

/** `dead-letters redrive`: gives the chosen ones all their attempts again. */
export async function redriveLetters(ids: readonly string[], options: ChosenOptions, io: Io): Promise<void> {
  const chosen = chosenIds(ids, options);
  const doing = { what: 'redriven', json: options.json } as const;
  await withApp(options.app, io, async ({ deadLetters }) => {
    if (chosen === 'all') {
      tellDone(doing, await redriveAll(deadLetters, io), [], io);
      return;
    }
    await sumUp(doing, io, async (asked) => {
      for (const id of chosen) {
        if (io.interrupted.aborted) return;
        asked.set(id, undefined);
        asked.set(id, (await answerOf(deadLetters.redrive(id), theQueue, io)) > 0);
      }
    });
  });
}

async function redriveAll(deadLetters: DeadLetters, io: Io): Promise<number> {
  try {
    return await answerOf(deadLetters.redrive('all'), theQueue, io, longestMs);
  } catch (error) {
    // A queue says how many they were when it is through.
    if (!isWebhookError(error)) io.stderr.write('It ended early: some may be redriven. The same command goes on.\n');
    throw error;
  }
}
