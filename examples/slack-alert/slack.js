const { SLACK_WEBHOOK_URL } = process.env;
if (!URL.canParse(SLACK_WEBHOOK_URL)) throw new Error('Set SLACK_WEBHOOK_URL to the address of an incoming webhook.');

/** Below the 9 s after which the sender would be told 503. */
const patienceMs = 5000;

/** The most characters that Slack takes in a block. */
const longestBlock = 3000;

/** A line of a message. `verbatim` keeps Slack from making links of the addresses in it. */
function block(line) {
  return { type: 'section', text: { type: 'mrkdwn', text: line.slice(0, longestBlock), verbatim: true } };
}

/** Posts the lines of a message, or rejects, so that the delivery fails and is repeated. */
export async function postToSlack(lines, signal) {
  const reply = await fetch(SLACK_WEBHOOK_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // Beside blocks, the text is that of notifications.
    body: JSON.stringify({ text: lines[0], blocks: lines.map(block) }),
    // Slack never redirects a message that it took, and what the redirect leads to would answer 200.
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
  });
  // Read to its end, so that the connection can be used again.
  const answer = await reply.text();
  if (!reply.ok) throw new Error(`Slack answered ${reply.status} ${answer.slice(0, 100)}`);
}

/** What others wrote, as one line for a block: no link, no mention, no line that looks like one of ours. */
export function plain(text, longest = 300) {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const characters = Array.from(line);
  const shown = characters.length > longest ? `${characters.slice(0, longest).join('')}…` : line;
  // Cut before it is escaped, or half an entity could be left.
  return shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
