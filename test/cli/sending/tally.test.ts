import { Tally } from '../../../src/cli/sending/tally';

test('counts statuses, outcomes and failures, and takes percentiles by nearest rank', () => {
  const tally = new Tally();
  for (let ms = 100; ms >= 1; ms -= 1) tally.add({ status: ms > 98 ? 401 : 200, outcome: 'processed', ms });
  tally.add({ error: 'no answer', ms: 5000 });
  expect(tally.sumUp(2)).toEqual({
    sent: 101,
    accepted: 98,
    statuses: { '200': 98, '401': 2 },
    outcomes: { processed: 100 },
    errors: { 'no answer': 1 },
    seconds: 2,
    rate: 50.5,
    latencyMs: { p50: 50, p95: 95, p99: 99, max: 100 },
  });
  expect(tally.refused).toBe(3);
});

test('has no latency where nothing answered', () => {
  const tally = new Tally();
  tally.add({ error: 'no answer', ms: 1 });
  expect(tally.sumUp(0)).not.toHaveProperty('latencyMs');
});

test('holds no more kinds of outcome than a few, whatever is answered', () => {
  const tally = new Tally();
  for (let index = 0; index < 1000; index += 1) tally.add({ status: 200, outcome: `outcome-${index}`, ms: 1 });
  const { outcomes } = tally.sumUp(1);
  expect(Object.keys(outcomes)).toHaveLength(51);
  expect(outcomes['other']).toBe(950);
});
