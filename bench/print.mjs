import { availableParallelism, cpus } from 'node:os';

/** Prints, of each group, every contender beside the first, which is the floor. */
export function print(groups) {
  console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores`);
  console.log('Microseconds a delivery: median (from the 10th to the 90th percentile); ratio of the medians.\n');
  console.log('| body | contender | µs | spread | × floor |');
  console.log('|---|---|--:|--:|--:|');
  for (const { name, rows } of groups) {
    const floor = quantile(rows[0].micros, 0.5);
    for (const { name: contender, micros } of rows) {
      const median = quantile(micros, 0.5);
      const spread = `${short(quantile(micros, 0.1))}–${short(quantile(micros, 0.9))}`;
      console.log(`| ${name} | ${contender} | ${short(median)} | ${spread} | ${(median / floor).toFixed(2)} |`);
    }
  }
}

function quantile(numbers, part) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)];
}

const short = (micros) => (micros >= 100 ? Math.round(micros).toString() : micros.toPrecision(3));
