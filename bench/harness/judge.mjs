import { median, medianInterval, quantile } from './statistics.mjs';

/**
 * What the ratios of the rounds say: their median, from where to where most of them lie, and the noise, which is half
 * the 95% confidence interval of the median. Worse than the goal by no more than the noise is neither met nor missed.
 * A row may have no goal, and one that could not be measured has no ratios.
 */
export function judge({ ratios, ...row }) {
  if (row.unmeasured !== undefined) return { ...row, verdict: 'not measured' };
  const measured = median(ratios);
  const [low, high] = medianInterval(ratios);
  const noise = (high - low) / 2;
  const verdict = row.goal === undefined ? 'no goal' : compare(row.goal, measured, noise);
  return { ...row, measured, spread: [quantile(ratios, 0.1), quantile(ratios, 0.9)], noise, verdict };
}

function compare({ atMost, atLeast }, measured, noise) {
  const excess = atMost === undefined ? atLeast - measured : measured - atMost;
  return excess <= 0 ? 'met' : excess <= noise ? 'within noise' : 'missed';
}
