import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json';
import { root } from './workspace';

const folder = join(root, '.github/workflows');
const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
const commands = lines.map((line) => line.trim()).filter((line) => /\b(npm run|npx jest) /.test(line));
const tracked = execFileSync('git', ['ls-files', 'test', 'scripts', 'bench'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');

test('each script that a workflow runs exists', () => {
  const named = commands.flatMap((line) => [...line.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(name in packageJson.scripts))).toStrictEqual([]);
});

test('each file of tests that a workflow names exists', () => {
  const given = commands
    .filter((line) => /test:integration|npx jest/.test(line))
    .flatMap((line) => line.replace(/ -t .*/, '').match(/[\w-]+(?:\/[\w.-]+)+/g) ?? []);
  expect(given.length).toBeGreaterThan(3);
  const tests = tracked.filter((file) => file.endsWith('.test.ts'));
  expect(given.filter((pattern) => !tests.some((file) => file.includes(pattern)))).toStrictEqual([]);
});

test('each variable that a workflow sets for our code is read there', () => {
  const set = lines.flatMap((line) => /^ +([A-Z][A-Z_]+): /.exec(line)?.[1] ?? []);
  const ours = set.filter((name) => !name.startsWith('POSTGRES_'));
  expect(ours).toContain('JOURNAL_KILLS');
  const code = tracked
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .map((file) => readFileSync(join(root, file), 'utf8'));
  expect(ours.filter((name) => !code.some((text) => text.includes(`'${name}'`)))).toStrictEqual([]);
});
