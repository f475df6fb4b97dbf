import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import equivalent from '../../scripts/mutation/equivalent.json';

const root = join(__dirname, '../..');

test.each(equivalent)(
  'the code still has what nobody could notice: $file, $line',
  ({ file, line, original, reason }) => {
    const source = readFileSync(join(root, file), 'utf8');
    expect(source.split('\n').map((each) => each.trim())).toContain(line);
    // It may go on in the next lines; of a long one the middle is left out.
    expect(source.replace(/\s+/g, ' ')).toContain(original.split(' … ')[0]);
    expect(reason).toMatch(/^\p{Lu}.*\.$/u);
  },
);

test('none is explained twice', () => {
  const names = equivalent.map(({ reason: _, ...mutant }) => JSON.stringify(mutant));
  expect(names).toHaveLength(new Set(names).size);
});
