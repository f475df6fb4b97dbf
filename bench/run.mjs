// `npm run bench`: what a delivery costs, as ratios to what nobody can do without and to what others do. About three
// minutes on two cores. It needs no service; the rows with `redisStore` start a Redis of their own, and where there is
// no redis-server they say that they were not measured.
//
//   npm run bench -- --only default   one part alone: its numbers are printed, nothing is written
//   npm run bench -- --only queues    what the adapters of queues add to their engines; needs Redis and PostgreSQL
//   npm run bench -- --check          exits 1 where a ratio is worse than its goal by more than its noise
//
// What is measured is listed in `groups.mjs`. Everything else: `groups/` one file a question, `harness/` how it is
// asked and told, `load/` deliveries and who sends them, `servers/` and `fresh/` the processes that are measured.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installApart } from '../scripts/install-apart.mjs';
import { groups, parts } from './groups.mjs';
import { chart } from './harness/chart.mjs';
import { judge } from './harness/judge.mjs';
import { measureApart } from './harness/measure-apart.mjs';
import { explanation, report, table } from './harness/report.mjs';

const { check, only } = parseArgs({ options: { check: { type: 'boolean' }, only: { type: 'string' } } }).values;
if (only !== undefined && !parts.includes(only)) throw new Error(`--only ${only}: expected one of ${parts.join(', ')}`);

installApart(fileURLToPath(new URL('.', import.meta.url)));
const measured = [];
for (const { part, index, needsServices } of groups) {
  if (only === undefined ? !needsServices : only === part) measured.push({ part, ...(await measureApart(index)) });
}
const rows = measured.flatMap(({ part, rows }) => rows.map((row) => ({ part, ...judge(row) })));

console.log(`\n${table(rows)}\n\n${explanation(rows)}`);
if (only === undefined) {
  writeFileSync(new URL('results.md', import.meta.url), report(rows, measured));
  writeFileSync(new URL('results.svg', import.meta.url), chart(rows));
}

const worse = rows.filter(({ verdict }) => verdict === 'missed');
if (check && worse.length > 0) {
  console.error(`\nWorse than the goal by more than the noise:\n${table(worse)}`);
  process.exitCode = 1;
}
