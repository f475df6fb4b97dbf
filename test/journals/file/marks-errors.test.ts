import { failAfterRename } from './fail-after-rename';
import { cleanUp, newFolder, openJournal } from './kit';

afterEach(async () => {
  jest.restoreAllMocks();
  await cleanUp();
});

test('a mark that could not be made to last is what it says, now and after a restart', async () => {
  const directory = newFolder();
  const journal = openJournal({ directory });
  await journal.mark('other', '1');
  failAfterRename(directory);
  await expect(journal.mark('backfill', '5')).rejects.toMatchObject({ code: 'EMFILE' });
  // The file has it.
  expect(await journal.marked('backfill')).toBe('5');
  await journal.mark('backfill', undefined);
  await journal.close();
  const again = openJournal({ directory });
  expect(await again.marked('backfill')).toBeUndefined();
  expect(await again.marked('other')).toBe('1');
});
