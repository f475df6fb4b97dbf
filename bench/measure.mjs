const rounds = 20;
const warmUps = 10;

/** Runs the contenders of a group in interleaved rounds; microseconds a delivery, one number a round, of each. */
export async function measure({ name, perRound, prepare, contenders }) {
  const times = contenders.map(() => []);
  for (let round = 0; round < warmUps + rounds; round += 1) {
    for (const index of shuffled(contenders.length)) {
      const deliveries = prepare();
      globalThis.gc?.();
      const start = process.hrtime.bigint();
      await contenders[index].run(deliveries);
      const micros = Number(process.hrtime.bigint() - start) / 1000 / perRound;
      if (round >= warmUps) times[index].push(micros);
    }
  }
  return { name, rows: contenders.map((contender, index) => ({ name: contender.name, micros: times[index] })) };
}

function shuffled(length) {
  const order = Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
