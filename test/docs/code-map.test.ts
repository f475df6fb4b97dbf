import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument } from './markdown';
import { root } from './workspace';

/** The names in the first block of the section "The code", which stand at the beginning of its lines. */
function mapped(): string[] {
  const [, map = ''] = /^## The code\n[\s\S]*?^```text\n([\s\S]*?)^```/m.exec(readDocument('CONTRIBUTING.md')) ?? [];
  return [...map.matchAll(/^ {2}([\w./-]+)/gm)].map(([, name = '']) => name);
}

test('the map of the code names every folder and file at the top of src, and none that is gone', () => {
  const entries = readdirSync(join(root, 'src'), { withFileTypes: true });
  const present = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  expect(mapped().toSorted()).toEqual(present.toSorted());
});
