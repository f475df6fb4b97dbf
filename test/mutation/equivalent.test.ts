import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import equivalent from '../../scripts/mutation/equivalent.json';

const root = join(__dirname, '../..');

test.each(equivalent)(
  'the code still has what nobody could notice: $file, $line',
  ({ file, line, original, reason }) => {
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    expect(lines.map((each) => each.trim())).toContain(line);
    // A longer one goes on in the next lines.
    expect(line).toContain(original.slice(0, 10));
    expect(reason).toMatch(/^\p{Lu}.*\.$/u);
  },
);

test('none is explained twice', () => {
  const names = equivalent.map(({ reason: _, ...mutant }) => JSON.stringify(mutant));
  expect(names).toHaveLength(new Set(names).size);
});
