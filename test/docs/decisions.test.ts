import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import benchPackage from '../../bench/package.json';
import packageJson from '../../package.json';
import mutationPackage from '../../scripts/mutation/package.json';
import { tableRows } from './markdown';
import { root } from './workspace';

/** Where packages come from, as far as a lock file says it. */
function hostsOf(lockFile: string): Set<string> {
  const { packages } = JSON.parse(readFileSync(join(root, lockFile), 'utf8')) as {
    packages: Record<string, { resolved?: string }>;
  };
  const urls = Object.values(packages).map(({ resolved }) => resolved);
  return new Set(urls.filter((url) => url !== undefined).map((url) => new URL(url).host));
}

test.each([
  ['dependency', packageJson.dependencies],
  ['peer dependency', packageJson.peerDependencies],
  ['development dependency', packageJson.devDependencies],
  ['dependency of the benchmark', benchPackage.dependencies],
  ['dependency of the mutation run', mutationPackage.dependencies],
])('says why each %s is there, and of none that is gone', (column, declared) => {
  const rows = tableRows('docs/decisions.md', column);
  const justified = rows.flatMap(([names = '']) => names.split(', '));
  expect(justified.toSorted()).toEqual(Object.keys(declared).toSorted());
  for (const [, why] of rows) expect(why).not.toBe('');
});

test.each(['bench', 'scripts/mutation'])(
  'the lock file of %s names no other registry than that of the package',
  (folder) => {
    const known = hostsOf('package-lock.json');
    expect([...hostsOf(`${folder}/package-lock.json`)].filter((host) => !known.has(host))).toStrictEqual([]);
  },
);
