import { numbersIn } from './constants';
import { readDocument, tableRows } from './markdown';

const scaling = readDocument('docs/scaling.md');
const secondsADay = 86_400;
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

const average = 1e9 / secondsADay;
const peak = 10 * average;

test.each([
  ['web processes', '(928/s ÷ 2) | # cores', peak / (928 / 2), 1],
  ['places in workers', '20 s a handler | #;', average * 20, 20],
  ['places at 100 each', '231,480; # at 100 each', (average * 20) / 100, 1],
  ['worker processes', '1,073/s | #, so', average / 1073, 1],
  ['Redis primaries', 'at most #; 64 namespaces', peak / 1500, 1],
  ['PostgreSQL servers', 'at most # |', peak / 393, 1],
  ['memory of the keys in Redis', '(PostgreSQL) | # GB or', (average * 259_200 * 217) / 1e9, 1],
])('docs/scaling.md computes: %s', (_, phrase, wanted, within) => {
  const [found = Number.NaN] = numbersIn(scaling, phrase);
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(within);
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
