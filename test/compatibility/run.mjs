// `npm run test:compatibility [-- --only <pattern>] [--pinned] [--write] [--list] [--concurrency 1]`: installs the packed package
// beside what others use, and runs it there. Prints a table, and exits with 1 unless every row that is marked as supported
// was seen to work; `expected` is a row that fails as it says. A run of all rows writes docs/compatibility.md; with `--write`, one of
// some rows replaces theirs in it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { documentOf, versionsOf } from './document.mjs';
import { cache, packPackage, root } from './install.mjs';
import { rows } from './rows.mjs';
import { runRow } from './run-row.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    pinned: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    concurrency: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  },
});
const concurrency = Number(values.concurrency);
if (!Number.isInteger(concurrency) || concurrency < 1) {
  console.error(`--concurrency: expected a whole number from 1, got ${values.concurrency}.`);
  process.exit(2);
}
const pattern = new RegExp(values.only ?? '', 'i');
const chosen = rows.filter((row) => (!values.pinned || row.pinned) && pattern.test(`${row.group}: ${row.name}`));
if (chosen.length === 0) {
  console.error('No row has such a name. `--list` names all.');
  process.exit(2);
}
if (values.list) {
  const listed = chosen.map((row) => ({ ...row, versions: versionsOf(row) }));
  console.log(JSON.stringify(listed, null, 2));
  process.exit(0);
}

mkdirSync(cache, { recursive: true });
const tarball = packPackage();
const results = new Map();
const waiting = [...chosen];

async function work() {
  for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
    const started = performance.now();
    const result = await runRow(row, tarball);
    results.set(row, result);
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    const wrong = isWrong(row, result);
    const verdict = result.verdict === 'failed' && !wrong ? 'expected' : result.verdict;
    console.log(`${verdict.padEnd(9)} ${seconds} s  ${row.group}: ${row.name}`);
    if (wrong) console.log(indented(result.why));
  }
}

/** What fails is expected where a row says so, and how; that it could not be run is no success anywhere. */
function isWrong(row, { verdict, why }) {
  if (verdict === 'works') return false;
  return verdict === 'not run' || row.supported !== false || !why.includes(row.saying);
}

function indented(text) {
  return text.replace(/^/gm, '    ');
}

await Promise.all(Array.from({ length: concurrency }, work));

const wrong = chosen.filter((row) => isWrong(row, results.get(row)));
const better = chosen.filter((row) => row.supported === false && results.get(row).verdict === 'works');
for (const row of better) console.log(`${row.group}: ${row.name} works, although it is marked as not supported.`);
if (values.write || chosen.length === rows.length) {
  const document = join(root, 'docs/compatibility.md');
  writeFileSync(document, documentOf(rows, results, existsSync(document) ? readFileSync(document, 'utf8') : ''));
}
console.log(`${chosen.length - wrong.length} passed, ${wrong.length} failed`);
process.exitCode = wrong.length === 0 ? 0 : 1;
