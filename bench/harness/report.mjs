import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem, type } from 'node:os';
import { median, quantile } from './statistics.mjs';

const compared = ['express', '@octokit/webhooks', 'standardwebhooks', 'stripe'];
const verdicts = { met: 'met', 'within noise': 'missed, within noise', missed: '**missed**', 'no goal': '' };

/** The rows with their goals, in Markdown. */
export function table(rows) {
  return markdown(['what', 'at', 'measured', '10th–90th percentile', 'noise', 'goal', ''], rows.map(cellsOf));
}

function cellsOf(row) {
  const { what, at, spread, noise, verdict, unmeasured } = row;
  if (unmeasured !== undefined) return [what, at, '**not measured**', '', '', goalText(row), unmeasured];
  const around = `± ${ratioText(noise)}`;
  return [what, at, measuredText(row), spread.map(ratioText).join('–'), around, goalText(row), verdicts[verdict]];
}

/** What each kind of row measures, in plain words. */
export function explanation(rows) {
  const means = new Map(rows.map(({ what, means }) => [what, means]));
  return [...means].map(([what, meaning]) => `- **${what}**: ${meaning}`).join('\n');
}

/** The rows that were measured and have a goal. */
export function judged(rows) {
  return rows.filter(({ goal, measured }) => goal !== undefined && measured !== undefined);
}

/** What `bench/results.md` says. */
export function report(rows, groups) {
  const withGoal = judged(rows);
  const met = withGoal.filter(({ verdict }) => verdict === 'met').length;
  const took = groups.flatMap(({ name, unit, took }) =>
    took.map(({ contender, numbers }) => [
      name,
      contender,
      short(median(numbers)),
      `${short(quantile(numbers, 0.1))}–${short(quantile(numbers, 0.9))}`,
      unit,
    ]),
  );
  return `# Results of the benchmark

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}. Machine: ${machine()}.
Versions: ${versions()}.

${met} of ${withGoal.length} goals are met. Every ratio is of numbers taken in the same round, the contenders taking turns in a
new order each round; what is given is the median of the rounds. The noise is half the 95% confidence interval of that
median; it does not know what differs between one run and the next.

${table(rows)}

What the rows measure:

${explanation(rows)}

What each took, as the median of its rounds:

${markdown(['group', 'contender', 'median', '10th–90th percentile', 'unit'], took)}
`;
}

export function goalText({ goal, unit = '×' }) {
  if (goal === undefined) return 'none';
  return goal.atMost === undefined ? `≥ ${goal.atLeast} ${unit}` : `≤ ${goal.atMost} ${unit}`;
}

/** Most rows are ratios. */
const measuredText = ({ measured, unit = '×' }) => `${ratioText(measured)} ${unit}`;

export const ratioText = (ratio) => (Math.abs(ratio) >= 10 ? ratio.toFixed(1) : ratio.toFixed(2));

const short = (number) => (number >= 100 ? Math.round(number).toString() : number.toPrecision(3));

function markdown(head, lines) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}

function machine() {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, ${gigabytes} GB, ${type()}`;
}

function versions() {
  const versionOf = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
  const ours = [`bigmind-webhooks ${versionOf('../../package.json')}`, `Node ${process.versions.node}`];
  const theirs = compared.map((name) => `${name} ${versionOf(`../node_modules/${name}/package.json`)}`);
  const installed = ['ajv', 'pino', 'ioredis'].map(
    (name) => `${name} ${versionOf(`../../node_modules/${name}/package.json`)}`,
  );
  return [...ours, ...theirs, ...installed].join(', ');
}
