import fs from 'node:fs/promises';

/** As when the process has too many files open, once, right after a file took the place of another. */
export function failAfterRename(directory: string): void {
  const [open, rename] = [fs.open.bind(fs), fs.rename.bind(fs)];
  let isDue = false;
  jest.spyOn(fs, 'rename').mockImplementation(async (from, to) => {
    await rename(from, to);
    isDue = true;
  });
  jest.spyOn(fs, 'open').mockImplementation(async (...given) => {
    if (!isDue || given[0] !== directory) return open(...given);
    jest.restoreAllMocks();
    throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  });
}
