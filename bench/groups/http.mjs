// Requests a second in Express 5: each receiver is a server process of its own, and this process sends the load.
import { sizeText } from '../harness/size-text.mjs';
import { deliveries, gitHubDeliveries } from '../load/deliveries.mjs';
import { requestOf, sendAll } from '../load/send.mjs';
import { startServer } from '../load/start-server.mjs';

const connections = 16;
const servers = [
  { name: 'bigmind-webhooks', file: 'bigmind-webhooks', deliveries },
  { name: 'hand-written', file: 'hand-written', deliveries },
  { name: '@octokit/webhooks', file: 'octokit-webhooks', deliveries: gitHubDeliveries },
];

/** @param goals at least how many times the requests of each of the others */
export async function http({ bytes, goals }) {
  const at = sizeText(bytes);
  const started = await Promise.all(servers.map(({ file }) => startServer(file)));
  const contenders = servers.map(({ name, deliveries }, index) => [
    name,
    load(started[index], deliveries(bytes), bytes),
  ]);
  return {
    name: `requests a second over HTTP, ${at}`,
    unit: 'requests a second',
    rounds: 16,
    warmUps: 4,
    contenders: Object.fromEntries(contenders),
    rows: Object.entries(goals).map(([other, atLeast]) => ({
      what: `requests over HTTP to ${other}`,
      at,
      goal: { atLeast },
      ratio: (rates) => rates['bigmind-webhooks'] / rates[other],
    })),
    close() {
      for (const { stop } of started) stop();
    },
  };
}

function load({ port, ask }, next, bytes) {
  // Some 0.4 s.
  const count = Math.round(160_000_000 / (bytes + 60_000));
  return async function rate() {
    const requests = Array.from({ length: count }, () => requestOf(next()));
    const before = await ask();
    globalThis.gc({ type: 'minor' });
    const seconds = await sendAll(port, requests, connections);
    const { handled } = await ask();
    if (handled - before.handled !== count) throw new Error('bench: a request was not handled');
    return count / seconds;
  };
}
