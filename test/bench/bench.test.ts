import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import benchPackage from '../../bench/package.json';
import { tableRows } from '../docs/markdown';

const root = join(__dirname, '../..');

/** Where packages come from, as far as a lock file says it. */
function hostsOf(lockFile: string): Set<string> {
  const { packages } = JSON.parse(readFileSync(join(root, lockFile), 'utf8')) as {
    packages: Record<string, { resolved?: string }>;
  };
  const urls = Object.values(packages).map(({ resolved }) => resolved);
  return new Set(urls.filter((url) => url !== undefined).map((url) => new URL(url).host));
}

function judge(goal: object, ratios: readonly number[]): unknown {
  const url = new URL(`file://${join(root, 'bench/harness/judge.mjs')}`);
  const code = `import { judge } from '${url}'; console.log(judge(${JSON.stringify({ goal, ratios })}).verdict)`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' }).trim();
}

test('its lock file names no other registry than that of the package', () => {
  const known = hostsOf('package-lock.json');
  expect([...hostsOf('bench/package-lock.json')].filter((host) => !known.has(host))).toStrictEqual([]);
});

test('says why each of its dependencies is there', () => {
  const rows = tableRows('docs/decisions.md', 'dependency of the benchmark');
  const justified = rows.flatMap(([names = '']) => names.split(', '));
  expect(justified.toSorted()).toEqual(Object.keys(benchPackage.dependencies).toSorted());
  for (const [, why] of rows) expect(why).not.toBe('');
});

test.each([
  ['met', { atMost: 1.5 }, [1.3, 1.4, 1.45, 1.9]],
  ['within noise', { atMost: 1.5 }, [1.4, 1.5, 1.53, 1.6]],
  ['missed', { atMost: 1.5 }, [1.6, 1.61, 1.62, 1.63]],
  ['met', { atLeast: 1.1 }, [1.0, 1.2, 1.2, 1.3]],
  ['within noise', { atLeast: 1.1 }, [0.9, 1.05, 1.1, 1.3]],
  ['missed', { atLeast: 1.1 }, [1, 1, 1.01, 1.02]],
])('calls a goal %s: %j of %j', (verdict, goal, ratios) => {
  expect(judge(goal, ratios)).toBe(verdict);
});
