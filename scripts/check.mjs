// `npm run check`: everything about the sources and the package that is no matter of behaviour. Each part prints
// whether it passed, and what it wrote.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

// First and alone: some sources import the package by its name, and three parts read what it built.
const build = ['build', 'npm', ['run', '--silent', 'build']];

/** The longest first: so many at once as there are cores. */
const parts = [
  ['lint with types', 'eslint', ['--max-warnings=0', '.']],
  ['package installed by strangers', 'npm', ['run', '--silent', 'test:package']],
  ['types of the integration tests', 'tsc', ['--noEmit', '-p', 'test/integration']],
  ['types', 'tsc', ['--noEmit']],
  ['package types', 'attw', ['--pack', '.', '--exclude-entrypoints', 'schemas']],
  ['types of the browser tests', 'tsc', ['--noEmit', '-p', 'test/browser']],
  ['types of the inspector’s page', 'tsc', ['--noEmit', '-p', 'src/cli/inspector/page']],
  ['format and lint', 'biome', ['check', '--error-on-warnings', '.']],
  ['package lint', 'publint', ['--strict']],
  ['docs/options.md in step', 'node', ['scripts/generate-options.mjs', '--check']],
  ['generated files in step', 'node', ['scripts/generate.mjs', '--check']],
];

// `npm pack` would build again, under the feet of whoever reads the last build.
const env = { ...process.env, npm_config_ignore_scripts: 'true' };

/** Runs a part to its end, and says whether it passed. What it writes comes in one piece, and not between lines of others. */
async function passes([name, command, args]) {
  const started = Date.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => written.push(piece));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      written.push(Buffer.from(`${error.message}\n`));
      resolve(1);
    });
    child.once('close', resolve);
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(Buffer.concat(written));
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  return code === 0;
}

const results = [await passes(build)];
const waiting = parts.values();
async function runWaiting() {
  for (const part of waiting) results.push(await passes(part));
}
await Promise.all(Array.from({ length: availableParallelism() }, runWaiting));
process.exitCode = results.every(Boolean) ? 0 : 1;
