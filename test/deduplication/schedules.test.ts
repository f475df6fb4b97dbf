import { simulate } from './schedules/simulate';

const { propertySeed } = jest.requireActual<{ propertySeed(): number }>('../properties/seed.js');

/** A whole number of the environment. */
function given(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw new Error(`${name}: expected a whole number, got ${text}.`);
  return Number(text);
}

/** One schedule to repeat, with all that happens in it. */
const repeated = given('SCHEDULE');
/** `npm run fuzz` runs more, from another seed, for so many seconds. */
const count = given('SCHEDULES') ?? 10_000;
const seconds = given('SCHEDULES_SECONDS') ?? Number.POSITIVE_INFINITY;
const longest = 2_147_483_647;

const again = (seed: number) => `Again: SCHEDULE=${seed} npx jest test/deduplication/schedules.test.ts`;

/** What was broken in a schedule, with what had happened. */
async function failureOf(seed: number): Promise<string> {
  const { broken, trace = [] } = await simulate(seed, true);
  return `Schedule ${seed}: ${broken ?? 'nothing is broken'}.\n${trace.join('\n')}\n${again(seed)}`;
}

const promises =
  'whatever is lost, late, killed, frozen or set back: nothing that is recorded as done runs again, ' +
  'nothing acknowledged is unhandled, and nobody waits longer than a lease and a retry';

test(
  promises,
  async () => {
    if (repeated !== undefined) {
      process.stdout.write(`${await failureOf(repeated)}\n`);
      expect((await simulate(repeated)).broken).toBeUndefined();
      return;
    }
    const begun = performance.now();
    let done = 0;
    while (done < count && performance.now() - begun < seconds * 1000) {
      const seed = (propertySeed() + done) | 0;
      const { broken } = await simulate(seed);
      if (broken !== undefined) throw new Error(await failureOf(seed));
      done += 1;
    }
    if (seconds < Number.POSITIVE_INFINITY) process.stdout.write(`${done} schedules broke nothing.\n`);
    expect(done).toBeGreaterThan(0);
  },
  longest,
);

// In both, a handler succeeded after maxRunMs, and a repeat was claimed between that and its record in the store.
test.each([1265272703, 1266453753])('schedule %i, which once ran a handler again, breaks nothing', async (seed) => {
  expect((await simulate(seed)).broken).toBeUndefined();
});

test('a schedule is the same each time', async () => {
  const traces = [await simulate(propertySeed(), true), await simulate(propertySeed(), true)].map(({ trace = [] }) =>
    // Tokens are random, and decide nothing.
    trace.map((line) => line.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'token')),
  );
  expect(traces[0]?.length).toBeGreaterThan(5);
  expect(traces[1]).toEqual(traces[0]);
});
