// `node scripts/scaling/page.mjs [--check]`: writes what scripts/scaling/results.json holds, and what follows from it, into
// docs/scaling.md, between the comments that name this file.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../../docs/scaling.md', import.meta.url));
const results = JSON.parse(readFileSync(new URL('results.json', import.meta.url), 'utf8'));
const small = 700;
const large = 20_000;
const secondsADay = 86_400;

const whole = (value) => Math.round(value).toLocaleString('en');
const of = (list, mode, bytes) =>
  list.find((each) => each.mode === mode && (bytes === undefined || each.bytes === bytes));

function table(columns, rows) {
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function measured({ run, web, workers, held, keys }) {
  const modes = [...new Set(web.map(({ mode }) => mode))];
  const ofWeb = (mode, bytes) => {
    const { perSecond, p50 } = of(web, mode, bytes);
    return [whole(perSecond), p50.toFixed(1)];
  };
  const ofHeld = (mode, bytes) => [whole(of(held, mode, bytes).waiting), whole(of(held, mode, bytes).done)];
  const queues = [...new Set(held.map(({ mode }) => mode))];
  return [
    `The run of ${run.date}: ${run.machine}, whose load was ${run.load}.`,
    `${run.versions}.`,
    'One web process, empty handler, 16 connections:',
    table(
      ['web process', '700 B: deliveries/s', 'p50, ms', '20 KB: deliveries/s', 'p50, ms'],
      modes.map((mode) => [mode, ...ofWeb(mode, small), ...ofWeb(mode, large)]),
    ),
    'One worker process, empty handler, the store of its engine:',
    table(
      ['queue', 'payload', 'concurrency 1', '10', '50'],
      workers.map(({ mode, bytes, perSecond }) => [
        mode,
        bytes === small ? '700 B' : '20 KB',
        ...[1, 10, 50].map((concurrency) => `${whole(perSecond[concurrency])}/s`),
      ]),
    ),
    "Bytes a delivery, in Redis' memory or in PostgreSQL's tables and indexes:",
    table(
      ['what', '700 B: waiting', 'done', '20 KB: waiting', 'done'],
      [
        ...queues.map((mode) => [mode, ...ofHeld(mode, small), ...ofHeld(mode, large)]),
        ...keys.map(({ mode, bytesEach }) => [`a key of ${mode}`, '', whole(bytesEach), '', whole(bytesEach)]),
      ],
    ),
  ].join('\n\n');
}

/** A rate with few digits. */
const rate = (value) => (value < 100 ? String(Number(value.toPrecision(value < 10 ? 2 : 3))) : whole(value));

function bytes(value) {
  const power = Math.min(4, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${scaled < 100 ? Number(scaled.toPrecision(2)) : Math.round(scaled)} ${['B', 'KB', 'MB', 'GB', 'TB'][power]}`;
}

/** What breaks first, by the number of deliveries a day. */
function rates() {
  const rows = [
    ['10⁴', 1e4, 'a restart, in memory', 'the queue in a folder, or any store'],
    [
      '10⁶',
      1e6,
      'handlers: places, and the limits of the APIs that they call',
      'a queue; workers by the arithmetic above; `perEvent`',
    ],
    [
      '10⁸',
      1e8,
      "one engine: Redis' core and memory, PostgreSQL's commits and vacuum",
      'more web processes; partitions by destination; a shorter `ttlMs`',
    ],
    [
      '10⁹',
      1e9,
      'the network, the memory for de-duplication',
      'partitions, more of them than servers; bodies out of the queue (below)',
    ],
  ];
  return table(
    ['a day', 'average/s', 'peak/s', 'bytes/s, average → peak', 'breaks first', 'what to do'],
    rows.map(([power, perDay, breaks, cure]) => {
      const average = perDay / secondsADay;
      const flow = `${bytes(average * large)} → ${bytes(10 * average * large)}`;
      return [power, rate(average), rate(10 * average), flow, breaks, cure];
    }),
  );
}

/** 10⁶ deliveries a day, with handlers of 20 seconds. */
function example({ held }) {
  const handler = 20;
  const average = 1e6 / secondsADay;
  const peak = 10 * average;
  const afterPeak = (24 * average - peak) / 23;
  const waiting = of(held, 'bullmqQueue', large).waiting;
  function withWorkers(count) {
    const does = (count * 50) / handler;
    const left = Math.round(((peak - does) * 3600) / 1000) * 1000;
    const hours = Number((left / (does - afterPeak) / 3600).toPrecision(2));
    return { does: rate(does), more: rate(peak - does), left: whole(left), held: bytes(left * waiting), hours };
  }
  const few = withWorkers(5);
  const many = withWorkers(20);
  return [
    `An example: 10⁶ deliveries a day, ten times the average in the peak hour (${rate(peak)}/s), a handler of ${handler} seconds. The average`,
    `of ${rate(average)}/s needs ${whole(Math.ceil(average * handler))} places. 5 workers at 50 do ${few.does}/s. The peak brings ${few.more}/s more: after that hour ${few.left} deliveries`,
    `wait, ${few.held} in Redis at 20 KB each, and ${few.hours} hours pass until they are done. 20 workers do ${many.does}/s: ${many.left} wait,`,
    `${many.held}, for ${many.hours} hours.`,
  ].join('\n');
}

/** What 10⁹ deliveries a day need. */
function computed({ web, workers, held, keys }) {
  const average = 1e9 / secondsADay;
  const peak = 10 * average;
  const oneWeb = of(web, 'bullmqQueue', large).perSecond;
  const oneWorker = of(workers, 'bullmqQueue', large).perSecond[50];
  const oneRedis = of(workers, 'bullmqQueue', small).perSecond[50];
  const onePostgres = of(web, 'pgBossQueue', large).perSecond;
  const waiting = of(held, 'bullmqQueue', large).waiting;
  const inRedis = of(keys, 'redisStore').bytesEach;
  const inPostgres = of(keys, 'postgresStore').bytesEach;
  const places = average * 20;
  const backlog = (peak - average) * 3600;
  const remembered = average * 259_200;
  const rows = [
    ['deliveries/s', `10⁹ ÷ ${whole(secondsADay)} s, and ×10 in the hour's peak`, `${whole(average)}; ${whole(peak)}`],
    [
      'network',
      `${whole(peak)}/s × 20 KB; at 700 B`,
      `${bytes(peak * large)}/s or ${((peak * large * 8) / 1e9).toFixed(1)} Gbit/s; ${bytes(peak * small)}/s`,
    ],
    ['web processes', `${whole(peak)}/s ÷ (${whole(oneWeb)}/s ÷ 2)`, `${whole(peak / (oneWeb / 2))} cores`],
    [
      'places in workers',
      `${whole(average)}/s × 20 s a handler`,
      `${whole(places)}; ${whole(places / 100)} at 100 each`,
    ],
    [
      'worker processes, empty handlers',
      `${whole(average)}/s ÷ ${whole(oneWorker)}/s`,
      `${whole(average / oneWorker)}, so handlers decide`,
    ],
    [
      'Redis primaries',
      `${whole(peak)}/s ÷ ${whole(oneRedis)}/s, with all else on the same two cores`,
      `at most ${whole(peak / oneRedis)}; 64 namespaces upward`,
    ],
    [
      'or PostgreSQL servers',
      `${whole(peak)}/s ÷ ${whole(onePostgres)}/s, likewise`,
      `at most ${whole(peak / onePostgres)}`,
    ],
    [
      'backlog of the peak hour',
      `(${whole(peak)} − ${whole(average)})/s × 3,600 s, × ${bytes(waiting)} in Redis`,
      `${bytes(backlog * waiting)}; let workers keep up with the peak, or keep bodies out`,
    ],
    [
      'de-duplication',
      `${(remembered / 1e9).toFixed(1)} × 10⁹ keys × ${whole(inRedis)} B (Redis) or ${whole(inPostgres)} B (PostgreSQL)`,
      `${bytes(remembered * inRedis)} or ${bytes(remembered * inPostgres)}`,
    ],
  ];
  return table(['what', 'how', 'number'], rows);
}

/** Puts a text between the two comments that are there for it. */
function withPart(document, name, text) {
  const begin = `<!-- ${name}: written by scripts/scaling/page.mjs -->`;
  const end = `<!-- end of ${name} -->`;
  const from = document.indexOf(begin) + begin.length;
  const to = document.indexOf(end, from);
  if (from < begin.length || to < 0) throw new Error(`docs/scaling.md has no place for what is ${name}`);
  return `${document.slice(0, from)}\n\n${text}\n\n${document.slice(to)}`;
}

const present = readFileSync(page, 'utf8');
const parts = Object.entries({ measured, example, rates, computed });
const written = parts.reduce((document, [name, text]) => withPart(document, name, text(results)), present);

if (process.argv[2] !== '--check') writeFileSync(page, written);
else if (written !== present) {
  console.error(
    'docs/scaling.md is not what scripts/scaling/page.mjs writes. Run it, and do not edit between its comments.',
  );
  process.exitCode = 1;
}
