// `npm run check`: everything about the sources and the package that is no matter of behaviour. Each part prints
// whether it passed.
import { spawnSync } from 'node:child_process';

const parts = [
  // First: some sources import the package by its name.
  ['build', 'npm', ['run', '--silent', 'build']],
  ['format and lint', 'biome', ['check', '--error-on-warnings', '.']],
  ['lint with types', 'eslint', ['--max-warnings=0', '.']],
  ['types', 'tsc', ['--noEmit']],
  ['types of the integration tests', 'tsc', ['--noEmit', '-p', 'test/integration']],
  ['types of the browser tests', 'tsc', ['--noEmit', '-p', 'test/browser']],
  ['types of the inspector’s page', 'tsc', ['--noEmit', '-p', 'src/cli/inspector/page']],
  ['generated files in step', 'node', ['scripts/generate.mjs', '--check']],
  ['docs/options.md in step', 'node', ['scripts/generate-options.mjs', '--check']],
  ['package lint', 'publint', ['--strict']],
  ['package types', 'attw', ['--pack', '.', '--exclude-entrypoints', 'schemas']],
  ['package installed by strangers', 'npm', ['run', '--silent', 'test:package']],
];

let failed = 0;
for (const [name, command, args] of parts) {
  const started = Date.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
