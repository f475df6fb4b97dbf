import type { DeadLetters } from '../../index';
import { answerOf } from '../app/answer';
import { withApp } from '../app/open-app';
import { confirm, isAskable } from '../confirm';
import { Failure } from '../failure';
import type { Io } from '../io';
import { type ChosenOptions, chosenIds, sumUp } from './chosen-ids';
import { pagesOf, theQueue } from './pages';

export interface DiscardOptions extends ChosenOptions {
  readonly yes?: true;
}

/** How many are discarded at once: a queue can delete them together. */
const atOnce = 100;

/** `dead-letters discard`: deletes the chosen ones for good, after asking if they are several. */
export async function discardLetters(ids: readonly string[], options: DiscardOptions, io: Io): Promise<void> {
  const chosen = chosenIds(ids, options);
  await withApp(options.app, io, async ({ deadLetters }) => {
    const doomed = chosen === 'all' ? await idsOf(deadLetters, io) : chosen;
    // A script has to say that it means it; a person who names one has said so.
    const isNamed = chosen !== 'all' && chosen.length === 1 && isAskable(io);
    if (!options.yes && !isNamed && !(await isMeant(doomed.length, io))) throw new Failure('Nothing was discarded.');
    await sumUp({ what: 'discarded', json: options.json }, io, async (ask) => {
      for (let start = 0; start < doomed.length && !io.interrupted.aborted; start += atOnce) {
        const page = doomed.slice(start, start + atOnce).map((id) => ask(id, () => deadLetters.discard(id)));
        // One wait for all: each listens for Ctrl-C, and Node takes many listeners for a leak.
        await answerOf(Promise.all(page), theQueue, io);
      }
    });
  });
}

/** Those of now: what dies while the question is asked was not meant. */
async function idsOf(deadLetters: DeadLetters, io: Io): Promise<readonly string[]> {
  const ids = new Set<string>();
  for await (const page of pagesOf(deadLetters, Number.POSITIVE_INFINITY, io)) for (const { id } of page) ids.add(id);
  return [...ids];
}

async function isMeant(count: number, io: Io): Promise<boolean> {
  return count === 0 || (await confirm(`Delete ${count} dead ${count === 1 ? 'letter' : 'letters'} for good?`, io));
}
