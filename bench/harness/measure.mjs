/**
 * Lets the contenders of a group take turns, in a new order each round, so that whatever slows the machine down slows
 * them alike, and makes the ratios from numbers of the same round.
 */
export async function measure({ name, unit, contenders, rows, rounds = 40, warmUps = 6 }) {
  const taken = [];
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const numbers = {};
    for (const contender of shuffled(Object.keys(contenders))) numbers[contender] = await contenders[contender]();
    if (round >= warmUps) taken.push(numbers);
  }
  return {
    name,
    unit,
    took: Object.keys(contenders).map((contender) => ({
      contender,
      numbers: taken.map((numbers) => numbers[contender]),
    })),
    rows: rows.map(({ ratio, ...row }) => ({ ...row, ratios: taken.map((numbers) => ratio(numbers)) })),
  };
}

function shuffled(list) {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [list[last], list[other]] = [list[other], list[last]];
  }
  return list;
}
