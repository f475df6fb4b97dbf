import type { Journal } from '../../../src/foundations/contracts/journal';
import { compareWithModel, entriesOfRun } from '../compare-with-model';
import { keepDays } from '../journal-model';
import { cleanUp, newFolder, openJournal } from './kit';

afterEach(cleanUp);

const dayMs = 86_400_000;

test('a fileJournal never differs from the model, whatever is kept, ends, is forgotten, grows old and is opened again', async () => {
  await compareWithModel(200, async () => {
    const directory = newFolder();
    let now = Date.UTC(2026, 10, 26, 12);
    const open = (): Journal => openJournal({ directory, keepDays }, { clock: { now: () => now } });
    return {
      entries: entriesOfRun(),
      journal: open(),
      open,
      passDays(days) {
        now += days * dayMs;
      },
      // It does that itself, once a day.
      prune: async () => undefined,
    };
  });
});
