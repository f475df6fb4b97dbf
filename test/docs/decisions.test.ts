import packageJson from '../../package.json';
import { tableRows } from './markdown';

test.each([
  ['dependency', packageJson.dependencies],
  ['peer dependency', packageJson.peerDependencies],
  ['development dependency', packageJson.devDependencies],
])('says why each %s is there, and of none that is gone', (column, declared) => {
  const rows = tableRows('docs/decisions.md', column);
  const justified = rows.flatMap(([names = '']) => names.split(', '));
  expect(justified.toSorted()).toEqual(Object.keys(declared).toSorted());
  for (const [, why] of rows) expect(why).not.toBe('');
});
