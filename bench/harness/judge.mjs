import { median, medianInterval, quantile } from './statistics.mjs';

/**
 * What the ratios of the rounds say: their median, from where to where most of them lie, and the noise, which is half
 * the 95% confidence interval of the median. Worse than the goal by no more than the noise is neither met nor missed.
 */
export function judge({ ratios, ...row }) {
  const measured = median(ratios);
  const [low, high] = medianInterval(ratios);
  const noise = (high - low) / 2;
  const { atMost, atLeast } = row.goal;
  const excess = atMost === undefined ? atLeast - measured : measured - atMost;
  const verdict = excess <= 0 ? 'met' : excess <= noise ? 'within noise' : 'missed';
  return { ...row, measured, spread: [quantile(ratios, 0.1), quantile(ratios, 0.9)], noise, verdict };
}
