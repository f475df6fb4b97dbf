/** A round of large deliveries has few of them, and a busy process has seen thousands: its code is compiled. */
const warmUpMs = 1500;
const leastWarmUps = 6;

/**
 * Lets the contenders of a group take turns, in a new order each round, so that whatever slows the machine down slows
 * them alike, and makes the ratios from numbers of the same round.
 */
export async function measure({ name, unit, contenders, rows, rounds = 40, warmUps }) {
  const takeTurns = async () => {
    const numbers = {};
    for (const contender of shuffled(Object.keys(contenders))) numbers[contender] = await contenders[contender]();
    return numbers;
  };
  const started = performance.now();
  const isCold = (done) => done < leastWarmUps || performance.now() - started < warmUpMs;
  for (let done = 0; warmUps === undefined ? isCold(done) : done < warmUps; done += 1) await takeTurns();
  const taken = [];
  while (taken.length < rounds) taken.push(await takeTurns());
  return {
    name,
    unit,
    took: Object.keys(contenders).map((contender) => ({
      contender,
      numbers: taken.map((numbers) => numbers[contender]),
    })),
    // A row that cannot be measured here says why instead of having a ratio.
    rows: rows.map(({ ratio, ...row }) => ({
      ...row,
      ...(ratio && { ratios: taken.map((numbers) => ratio(numbers)) }),
    })),
  };
}

function shuffled(list) {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [list[last], list[other]] = [list[other], list[last]];
  }
  return list;
}
