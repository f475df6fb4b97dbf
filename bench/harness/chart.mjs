import { goalText, judged, ratioText } from './report.mjs';

const width = 900;
const left = 430;
const goalAt = 680;
const rowHeight = 22;
const top = 78;
// A row that uses more of its goal than there is room for is cut off, and says its ratio like the others.
const mostShare = 1.25;

const style = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .quiet { fill: #59636e; }
  .part { font-weight: 600; }
  .met { fill: #0969da; }
  .within { fill: #bf8700; }
  .missed { fill: #cf222e; }
  .goal { stroke: #59636e; stroke-dasharray: 4 3; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .met { fill: #4493f8; }
    .within { fill: #d29922; }
    .missed { fill: #f85149; }
    .goal { stroke: #9198a1; }
    .spread { stroke: #f0f6fc; }
  }`;

/** The rows with a goal as bars, each as long as the part of its goal that it uses: within the line is better than the goal. */
export function chart(measured) {
  const rows = judged(measured);
  const met = rows.filter(({ verdict }) => verdict === 'met').length;
  const height = top + rows.length * rowHeight + 16;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">
<title id="title">Benchmark of bigmind-webhooks: ${met} of ${rows.length} goals met</title>
<desc id="desc">${escaped(rows.map(sentence).join(' '))}</desc>
<style>${style}
</style>
<text class="title" x="12" y="24">${met} of ${rows.length} goals met</text>
<text class="quiet" x="12" y="44">Shorter is better: a bar that ends before the line is better than its goal. Thin: 10th to 90th percentile.</text>
<text class="quiet" x="${goalAt}" y="66" text-anchor="middle">goal</text>
${rows.map((row, index) => bar(row, index, rows[index - 1]?.part)).join('\n')}
<line class="goal" x1="${goalAt}" x2="${goalAt}" y1="${top - 6}" y2="${height - 12}"/>
</svg>
`;
}

function bar(row, index, partBefore) {
  const { part, what, at, measured, spread, goal, verdict } = row;
  const y = top + index * rowHeight;
  const end = xOf(measured, goal);
  const [from, to] = spread.map((ratio) => xOf(ratio, goal)).sort((a, b) => a - b);
  const label = part === partBefore ? '' : `<text class="part" x="12" y="${y + 11}">${part}</text>\n`;
  return `${label}<text x="${left - 8}" y="${y + 11}" text-anchor="end">${escaped(nameOf(what, at))}</text>
<rect class="${verdict.split(' ')[0]}" x="${left}" y="${y}" width="${end - left}" height="14" rx="2"/>
<line class="spread" x1="${from}" x2="${to}" y1="${y + 7}" y2="${y + 7}"/>
<text x="${width - 12}" y="${y + 11}" text-anchor="end">${signs[verdict]} ${ratioText(measured)} (${goalText(row)})</text>`;
}

// What colour says, a sign says too.
const signs = { met: '✓', 'within noise': '≈', missed: '✗' };

/** Where on the chart a ratio is: the further right, the more of the goal it uses. */
function xOf(ratio, { atMost, atLeast }) {
  const share = atMost === undefined ? atLeast / Math.max(ratio, Number.EPSILON) : ratio / atMost;
  return Math.round(left + Math.min(Math.max(share, 0), mostShare) * (goalAt - left));
}

const nameOf = (what, at) => `${what}, ${at}`;
const sentence = (row) =>
  `${nameOf(row.what, row.at)}: ${ratioText(row.measured)}, goal ${goalText(row)}, ${row.verdict}.`;
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
