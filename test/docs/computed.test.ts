import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { constantOf, numbersIn } from './constants';
import { readDocument, tableRows } from './markdown';
import { root } from './workspace';

const scaling = readDocument('docs/scaling.md');
const secondsADay = 86_400;
const ttl = 3 * constantOf('options/parse-deduplicate.ts', 'day');
const powers = ['10⁴', '10⁶', '10⁸', '10⁹'];

/** A number as the page writes it: whole, with commas, or with few digits. */
function written(value: number): string {
  return value < 100 ? String(Number(value.toPrecision(value < 10 ? 2 : 3))) : Math.round(value).toLocaleString('en');
}

test('docs/scaling.md computes the average and the peak of each number of deliveries a day', () => {
  const rows = tableRows('docs/scaling.md', 'a day').map(([power, average, peak]) => [power, average, peak]);
  const wanted = [1e4, 1e6, 1e8, 1e9].map((perDay, index) => {
    const average = perDay / secondsADay;
    return [powers[index], written(average), written(10 * average)];
  });
  expect(rows).toEqual(wanted);
});

test('docs/scaling.md has the figures of a run of scripts/scaling/measure.mjs, and says of which', () => {
  const check = [join(root, 'scripts/scaling/page.mjs'), '--check'];
  const { status, stderr } = spawnSync(process.execPath, check, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { run } = JSON.parse(readDocument('scripts/scaling/results.json')) as { readonly run: Record<string, string> };
  expect(run['date']).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const fact of ['date', 'machine', 'load', 'versions']) expect(scaling).toContain(run[fact]);
});

const average = 1e9 / secondsADay;
const peak = 10 * average;

/** The number that a row of the tables of docs/scaling.md has in a column. */
function measured(table: string, row: readonly string[], column: number): number {
  const found = tableRows('docs/scaling.md', table).find((cells) => row.every((cell, index) => cells[index] === cell));
  return Number(found?.[column]?.replace(/[,/s]/g, ''));
}

test.each([
  ['web processes', '÷ 2) | # cores', peak / (measured('web process', ['bullmqQueue'], 3) / 2)],
  ['worker processes', '| #, so handlers decide', average / measured('queue', ['bullmqQueue', '20 KB'], 4)],
  ['PostgreSQL servers', 'likewise | at most # |', peak / measured('web process', ['pgBossQueue'], 3)],
  [
    'memory of the keys in Redis',
    '(PostgreSQL) | # GB',
    (average * ttl * measured('what', ['a key of redisStore'], 2)) / 1e12,
  ],
])('docs/scaling.md computes from what was measured: %s', (_, phrase, wanted) => {
  const [found = Number.NaN] = numbersIn(scaling, phrase);
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1);
});

test('the times of docs/deployment.md grow from the inside out', () => {
  const page = readDocument('docs/deployment.md');
  const numberIn = (pattern: RegExp): number => Number(pattern.exec(page)?.[1]?.replaceAll('_', ''));
  const receiver = 1000 * numberIn(/`timeoutMs` of the receiver \((\d+) s\)/);
  const close = numberIn(/webhooks\.close\(\{ timeoutMs: ([\d_]+) \}\)/);
  const resort = numberIn(/process\.exit\(1\), ([\d_]+)\)/);
  const grace = 1000 * numberIn(/terminationGracePeriodSeconds: (\d+)/);
  const beforeStop = 1000 * numberIn(/command: \['sleep', '(\d+)'\]/);
  const pm2 = numberIn(/kill_timeout: ([\d_]+)/);
  expect([receiver, close, resort, pm2, grace].toSorted((one, other) => one - other)).toEqual([
    receiver,
    close,
    resort,
    pm2,
    grace,
  ]);
  expect(beforeStop + resort).toBeLessThan(grace);
  expect(numbersIn(page, '`timeoutMs` of `close` (# s here)')).toEqual([close]);
  expect(numbersIn(page, 'The last resort (# s here)')).toEqual([resort]);
});

test('the READMEs of examples have the numbers of their code', () => {
  const patience = Number(/patienceMs = (\d+)/.exec(readDocument('examples/slack-alert/slack.js'))?.[1]);
  expect(numbersIn(readDocument('examples/slack-alert/README.md'), 'does not take within # s')).toEqual([patience]);
  const queue = readDocument('examples/sqs-like/queue.js');
  const pauses = /PAUSES_MS \?\? '([\d,]+)'/.exec(queue)?.[1]?.split(',').length ?? 0;
  const page = readDocument('examples/sqs-like/README.md');
  expect(numbersIn(page, 'with # pauses')).toEqual([pauses]);
  expect(numbersIn(page, 'pauses, # attempts')).toEqual([pauses + 1]);
  expect(numbersIn(page, 'after # times (')).toEqual([Number(/'x-delivery-limit': (\d+)/.exec(queue)?.[1])]);
});
