import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { TestStatus } from '@stryker-mutator/api/test-runner';
import { strykerPlugins as jestPlugins } from '@stryker-mutator/jest-runner';
import { roomOf } from '../rooms.mjs';
import { coverageOf, filesFor, joined } from './coverage.mjs';

const [jestPlugin] = jestPlugins;
/** The module through which Stryker's runner and its test environment talk. */
const { state } = await import(
  new URL('jest-plugins/messaging.cjs', import.meta.resolve('@stryker-mutator/jest-runner'))
);
/** What the files in ../jest read: they run outside of the tests' own realm. */
const watch = { order: [], hasFailed: false, until: Number.POSITIVE_INFINITY, leftOut: new Set() };
globalThis[Symbol.for('mutation')] = watch;

/** How many changes of a source each test file has noticed. Kept, since Stryker starts a new process now and then. */
class Noticed {
  #file;
  #counts;

  constructor(file) {
    this.#file = file;
    this.#counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  }

  in(source) {
    return this.#counts[source] ?? {};
  }

  add(source, test) {
    this.#counts[source] ??= {};
    this.#counts[source][test] = (this.#counts[source][test] ?? 0) + 1;
    writeFileSync(this.#file, JSON.stringify(this.#counts));
  }
}

/** Stryker's Jest runner, which is told which files to run, and ends with the first failure. */
class CoveringRunner {
  #jest;
  #settings;
  #files;
  #noticed;
  /** What is changed in the next call of Jest. */
  #now = {};

  constructor(jest, settings) {
    this.#jest = jest;
    this.#settings = settings;
    this.#noticed = new Noticed(join(settings.cache, '../noticed.json'));
    const run = jest.run.bind(jest);
    jest.run = ({ jestConfig, ...call }) =>
      run({ ...call, testFiles: this.#now.files, jestConfig: { ...jestConfig, ...this.#now.config } });
  }

  capabilities() {
    return this.#jest.capabilities();
  }

  init() {
    return this.#jest.init();
  }

  async dryRun(options) {
    const left = this.#jest.jestConfig.testPathIgnorePatterns.map((pattern) => new RegExp(pattern));
    const tests = readdirSync('test', { recursive: true })
      .map((name) => join('test', name))
      .filter((file) => file.endsWith('.test.ts') && !left.some((pattern) => pattern.test(`/${file}`)));
    const { failed, measured } = await coverageOf(tests, this.#settings.cache, (file) => this.#measure(file, options));
    if (failed) return failed;
    const leftOut = [...measured.values()].flatMap((result) => result.leftOut);
    if (leftOut.length > 0) process.stderr.write(`Left out, slow or failing without a change: ${leftOut.join('; ')}\n`);
    const files = [...measured].map(([file, { loadMs, tests, mutantCoverage }]) => ({
      file,
      loadMs,
      tests: Object.fromEntries(tests.map(({ id, timeSpentMs }) => [id, timeSpentMs])),
      mutants: [...new Set([mutantCoverage.static, ...Object.values(mutantCoverage.perTest)].flatMap(Object.keys))],
    }));
    writeFileSync('coverage.json', JSON.stringify({ files, leftOut }));
    return joined(measured);
  }

  async #measure(file, options) {
    state.instrumenterContext = {};
    this.#now = { files: [join(process.cwd(), file)] };
    const started = performance.now();
    const result = await this.#jest.dryRun(options);
    if (result.status !== 'complete') return result;
    const spent = result.tests.reduce((sum, { timeSpentMs }) => sum + timeSpentMs, 0);
    const isSteady = ({ status, timeSpentMs }) =>
      status === TestStatus.Success && timeSpentMs < this.#settings.longestTestMs;
    const tests = result.tests.filter(isSteady).map(({ fileName: _, ...test }) => test);
    const steady = new Set(tests.map(({ id }) => id));
    // Absent where a file loads nothing that is changed.
    const { perTest, static: always } = result.mutantCoverage ?? { perTest: {}, static: {} };
    return {
      status: result.status,
      loadMs: performance.now() - started - spent,
      tests,
      leftOut: result.tests
        .filter(({ status, id }) => status !== TestStatus.Skipped && !steady.has(id))
        .map(({ id }) => id),
      mutantCoverage: {
        static: always,
        perTest: Object.fromEntries(Object.entries(perTest).filter(([name]) => steady.has(name))),
      },
    };
  }

  /** Written by the process that did the dry run, which may have been another. */
  #read() {
    const { files, leftOut } = JSON.parse(readFileSync('coverage.json', 'utf8'));
    watch.leftOut = new Set(leftOut);
    return files.map((file) => ({ ...file, mutants: new Set(file.mutants) }));
  }

  async mutantRun(options) {
    const { activeMutant, testFilter } = options;
    this.#files ??= this.#read();
    const source = relative(process.cwd(), options.sandboxFileName);
    const room = roomOf(source);
    const { mostShare } = this.#settings;
    const noticed = this.#noticed.in(source);
    const chosen = filesFor(activeMutant.id, { room, wanted: testFilter, files: this.#files, noticed, mostShare });
    watch.order = chosen.map(({ file }) => join(process.cwd(), file));
    watch.hasFailed = false;
    watch.until = performance.now() + this.#settings.longestMs;
    this.#now = { files: watch.order, config: { testTimeout: this.#settings.testTimeoutMs } };
    const result = await this.#jest.mutantRun(options);
    const by = chosen.find(({ file }) => this.#hasTest(file, result.killedBy?.[0]))?.file;
    if (by !== undefined) this.#noticed.add(source, by);
    return result;
  }

  #hasTest(file, test) {
    return this.#files.some((each) => each.file === file && test in each.tests);
  }
}

function coveringRunner(injector) {
  return new CoveringRunner(jestPlugin.factory(injector), injector.resolve(commonTokens.options).mutation);
}
coveringRunner.inject = tokens(commonTokens.injector);

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'covering', coveringRunner)];
