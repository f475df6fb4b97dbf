import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldersOf } from '../rooms.mjs';

/** What the mutants and the tests depend on; the tests themselves apart, so that a new one is run alone. */
const inputs = ['src', 'test', 'schemas', 'migrations', 'scripts/mutation/jest/fast-check.cjs', 'package-lock.json'];
const isTest = (file) => file.startsWith('test/') && file.endsWith('.test.ts');

function filesOf(path) {
  if (path.includes('.')) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files.toSorted()) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/**
 * What each test file reached without a mutant, kept between runs. `measure(file)` runs one file. The working directory is
 * the sandbox, whose sources have their mutants in them.
 */
export async function coverageOf(tests, folder, measure) {
  const shared = hashOf(inputs.flatMap(filesOf).filter((file) => !isTest(file)));
  mkdirSync(folder, { recursive: true });
  const measured = new Map();
  for (const file of tests) {
    const kept = join(
      folder,
      createHash('sha256')
        .update(`${shared}${hashOf([file])}`)
        .digest('hex'),
    );
    if (!existsSync(kept)) {
      const result = await measure(file);
      if (result.status !== 'complete') return { failed: result };
      writeFileSync(kept, JSON.stringify(result));
    }
    measured.set(file, JSON.parse(readFileSync(kept, 'utf8')));
  }
  return { measured };
}

/** One result of all files, as Stryker takes it. */
export function joined(measured) {
  const tests = [];
  const coverage = { static: {}, perTest: {} };
  for (const [file, result] of measured) {
    tests.push(...result.tests.map((test) => ({ ...test, fileName: join(process.cwd(), file) })));
    addHits(coverage.static, result.mutantCoverage.static);
    for (const [test, hits] of Object.entries(result.mutantCoverage.perTest)) {
      coverage.perTest[test] ??= {};
      addHits(coverage.perTest[test], hits);
    }
  }
  return { status: 'complete', tests, mutantCoverage: coverage };
}

function addHits(sum, hits) {
  for (const [mutant, count] of Object.entries(hits)) sum[mutant] = (sum[mutant] ?? 0) + count;
}

/**
 * Which files to run for a mutant: those that reach it, the quickest first, but sooner if they are of its own room or have noticed
 * other mutants of its file. They take at most a share of the time of all files: as measured, so that a busy machine runs as many as
 * a quiet one.
 */
export function filesFor(mutant, { room, wanted, files, noticed, mostShare }) {
  const names = wanted && new Set(wanted);
  const msOf = ({ loadMs, tests }, isWanted) =>
    Object.entries(tests).reduce((sum, [name, spent]) => (isWanted(name) ? sum + spent : sum), loadMs);
  const reaching = files
    .filter(({ mutants }) => mutants.has(mutant))
    .map((file) => ({ file: file.file, ms: msOf(file, (name) => names?.has(name) ?? true) }));
  const own = foldersOf(room).map((folder) => `test/${folder}/`);
  const chanceOf = (file) => (own.some((folder) => file.startsWith(folder)) ? 1 : 0.1) + (noticed[file] ?? 0);
  const rank = ({ file, ms }) => ms / chanceOf(file);
  reaching.sort((a, b) => rank(a) - rank(b));
  let left = mostShare * files.reduce((sum, file) => sum + msOf(file, () => true), 0);
  return reaching.filter(({ ms }, index) => {
    if (index > 0 && ms > left) return false;
    left -= ms;
    return true;
  });
}
