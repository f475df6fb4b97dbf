import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSavedFile } from '../../../src/cli/inspector/saved-file';

test('a file keeps its run while it grows, and one that is made in its place has another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-saved-'));
  const path = join(folder, 'saved.ndjson');
  async function runOf(line: string): Promise<string> {
    const file = await openSavedFile(path, (reason) => {
      throw new Error(reason);
    });
    file.append(line);
    await file.close();
    return file.saved.run;
  }
  const first = await runOf('{}');
  expect(await runOf('{}')).toBe(first);
  rmSync(path);
  expect(await runOf('{}')).not.toBe(first);
  rmSync(folder, { recursive: true });
});
