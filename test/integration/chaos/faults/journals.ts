import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { isWebhookError, type Journal } from '../../../../src/index';
import { openFolder } from '../journal-seen';
import { mounting, type Place, smallDisk } from '../places';
import type { Fault, Stage } from '../scenario';
import { fillDisk } from './fill-disk';

const ofFiles = { setups: ['fileJournal'] } as const;
/** In the place of a process that was killed: what it had in memory, and ends that it had not written, are gone. */
const afterKill = { twice: 'not promised', ends: 'not promised' } as const;

/** What happens to the folder of a journal. That of a server is among the faults of PostgreSQL. */
export const journalFaults: readonly Fault[] = [
  {
    ...ofFiles,
    name: 'journal-disk-full',
    words: 'the disk of the journal is full for 8 s',
    quick: ['fileJournal'],
    needs: mounting,
    open: placeOnSmallDisk,
    expected: () => ({ answersS: 2, says: /ENOSPC/ }),
    async apply({ place, mark }) {
      const empty = fillDisk(place.folder as string);
      await pause(8000);
      empty();
      mark();
    },
  },
  {
    ...ofFiles,
    name: 'journal-read-only',
    words: 'SIGKILL, and for 8 s the disk of the journal is read-only for the process that follows',
    needs: mounting,
    open: placeOnSmallDisk,
    expected: () => ({ ...afterKill, answersS: 2, says: /EROFS/ }),
    async apply({ place, fleet, mark }) {
      const mount = (as: string) => execFileSync('mount', ['-o', `remount,${as}`, place.folder as string]);
      await fleet.crash(0, () => mount('ro'));
      await pause(8000);
      mount('rw');
      mark();
    },
  },
  {
    ...ofFiles,
    name: 'journal-second-process',
    words: 'for 5 s a second process asks for the folder of the journal, and is refused with JOURNAL_IN_USE',
    expected: () => ({ answersS: 2, servesDuring: 0.99 }),
    async apply(stage) {
      await refused(stage, 5000);
      stage.mark();
    },
  },
  {
    ...ofFiles,
    name: 'journal-taken',
    words: 'SIGKILL, and for 8 s another process has the folder of the journal',
    expected: () => ({ ...afterKill, answersS: 2, says: /JOURNAL_IN_USE/ }),
    async apply({ place, fleet, mark }) {
      const other = openFolder(place);
      await fleet.crash(0, () => other.stats());
      await pause(8000);
      await other.close?.();
      mark();
    },
  },
];

/** Asks for a folder that another process has. @throws Error unless it is refused each time */
async function refused({ place }: Stage, forMs: number): Promise<void> {
  const second: Journal = openFolder(place);
  for (const end = performance.now() + forMs; performance.now() < end; await pause(200)) {
    const error: unknown = await second.stats().then(
      () => new Error('Two processes have one folder.'),
      (refusal: unknown) => refusal,
    );
    if (!isWebhookError(error) || error.code !== 'JOURNAL_IN_USE') throw error;
  }
  await second.close?.();
}

async function placeOnSmallDisk(): Promise<Place> {
  const { folder, remove } = smallDisk(32);
  return { url: '', directUrl: '', folder, remove: async () => remove() };
}
