import { answerOf, answerOfMany } from '../app/answer';
import { withApp } from '../app/open-app';
import type { Io } from '../io';
import { type ChosenOptions, chosenIds, sumUp, tellDone } from './chosen-ids';
import { theQueue } from './pages';

/** `dead-letters redrive`: gives the chosen ones all their attempts again. */
export async function redriveLetters(ids: readonly string[], options: ChosenOptions, io: Io): Promise<void> {
  const chosen = chosenIds(ids, options);
  const doing = { what: 'redriven', json: options.json } as const;
  await withApp(options.app, io, async ({ deadLetters }) => {
    if (chosen === 'all') {
      tellDone(doing, await answerOfMany(deadLetters.redrive('all'), theQueue, io, 'redriven'), [], io);
      return;
    }
    await sumUp(doing, io, async (ask) => {
      for (const id of chosen) {
        if (io.interrupted.aborted) return;
        await ask(id, async () => (await answerOf(deadLetters.redrive(id), theQueue, io)) > 0);
      }
    });
  });
}
