// `npm run mutation`: changes one thing of the code at a time, and shows each change that no test notices. Hours for all rooms:
//
//   npm run mutation -- --only signatures          one room of src/, or several after commas
//   npm run mutation -- --sample 240 --seed 7      so many at random, of all rooms or of those that are named
//   npm run mutation -- --only express --again     those that the last run of this room did not notice
//   npm run mutation -- --share 0.05              each has a twentieth of the tests' time at most, in place of a fifth: a quick
//                                                 look, whose survivors `--again` tries for longer
//   npm run mutation -- --only events --tests events,options     with the tests of these folders of test/ alone: many times as fast,
//                                                 and `--again` tries what they do not notice with all tests
//   npm run mutation -- --concurrency 3            so many at once; some tests wait, and fail on a machine that is busy
//
// Exits with 1 where the tests notice less than 95% of the changes that anybody could notice. Those that nobody could are in
// equivalent.json, with a reason each.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installApart } from '../install-apart.mjs';
import { named, reportOf, survivorsFile, survivorsOf } from './report.mjs';
import { mutated, rooms } from './rooms.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: rooms.join(',') },
    sample: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    again: { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '1' },
    share: { type: 'string', default: '0.2' },
    tests: { type: 'string' },
  },
});
const only = values.only.split(',');
refuseUnless(
  only.every((room) => rooms.includes(room)),
  `--only: expected some of ${rooms.join(', ')}, got ${values.only}.`,
);
for (const option of ['sample', 'seed', 'concurrency']) {
  const given = values[option];
  refuseUnless(/^\d+$/.test(given ?? '1'), `--${option}: expected a whole number, got ${given}.`);
}
refuseUnless(
  (values.tests?.split(',') ?? []).every((folder) => existsSync(new URL(`../../test/${folder}`, import.meta.url))),
  `--tests: expected folders of test/, got ${values.tests}.`,
);
refuseUnless(/^(0?\.\d+|1)$/.test(values.share), `--share: expected more than 0, at most 1, got ${values.share}.`);

function refuseUnless(isRight, message) {
  if (isRight) return;
  console.error(message);
  process.exit(2);
}

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
process.chdir(root);
installApart(here);

const cache = process.env.MUTATION_CACHE ?? join(tmpdir(), 'bigmind-webhooks-mutation');
const results = join(root, 'coverage/mutation');
for (const folder of [cache, results]) mkdirSync(folder, { recursive: true });
const work = mkdtempSync(join(cache, 'run-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
// Properties and simulated schedules are the same each time; a few hundred schedules find what thousands would.
Object.assign(process.env, { PROPERTY_SEED: '20261101', SCHEDULES: '300' });
if (values.tests !== undefined) process.env.MUTATION_TESTS = values.tests;

const mostShare = Number(values.share);
const longestMs = 1_500_000 * mostShare;
const sample = values.sample && Number(values.sample);
if (sample !== undefined) console.log(`A sample of ${sample} from --seed ${values.seed}.`);
const { default: Stryker } = await import('@stryker-mutator/core');
const found = await new Stryker({
  // In this process and its children; nothing is read from a file.
  configFile: join(here, 'stryker/no-options.json'),
  allowConsoleColors: false,
  clearTextReporter: { logTests: false },
  concurrency: Number(values.concurrency),
  coverageAnalysis: 'perTest',
  disableTypeChecks: false,
  dryRunTimeoutMinutes: 30,
  ignorePatterns: ['dist', 'coverage', '.git', '.github', 'bench'],
  ignorers: ['words'],
  jest: { projectType: 'custom', configFile: 'scripts/mutation/jest/jest.config.cjs', enableFindRelatedTests: false },
  maxTestRunnerReuse: 60,
  mutate: mutated,
  plugins: ['words', 'runner', 'choice'].map((name) => join(here, `stryker/${name}.mjs`)),
  reporters: ['choosing', 'progress-append-only'],
  tempDirName: join(work, 'sandboxes'),
  testRunner: 'covering',
  // For loops without an end that Stryker's count of hits misses: more than the tests of a mutant may take.
  timeoutFactor: 0,
  timeoutMS: longestMs + 30_000,
  warnings: { slow: false, unknownOptions: false },
  mutation: {
    rooms: only,
    names: values.again ? survivorsOf(results, only) : undefined,
    sample,
    seed: values.seed,
    cache: join(cache, 'coverage'),
    // Of the time of all tests without a mutant; and at most so long, on a machine that is busy.
    mostShare,
    longestMs,
    // As measured; with a mutant a test may take longer, on a machine that is busy.
    longestTestMs: 2_500,
    testTimeoutMs: 20_000,
  },
}).runMutationTest();

const mutants = found.filter(({ statusReason }) => statusReason !== 'not chosen').map(named);
const { text, isEnough, unnoticed } = reportOf(mutants, only);
console.log(text);
const name = only.length === rooms.length ? 'all' : only.join('-');
writeFileSync(join(results, `${name}.md`), text);
// For `--again`, and in the form of equivalent.json.
writeFileSync(survivorsFile(results, only), JSON.stringify(unnoticed, null, 2));
process.exitCode = isEnough ? 0 : 1;
