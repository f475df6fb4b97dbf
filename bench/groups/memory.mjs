// The memory of a server process that holds a hundred bodies at once: how far its peak is above what it used when idle.
import { deliveries } from '../load/deliveries.mjs';
import { requestOf, sendAll } from '../load/send.mjs';
import { startServer } from '../load/start-server.mjs';

const bodies = 100;
const bytes = 2_000_000;
const megabyte = 1e6;

export function memory() {
  const make = deliveries(bytes);
  async function peakOverIdle() {
    const requests = Array.from({ length: bodies }, () => requestOf(make()));
    const { port, ask, stop } = await startServer('holding');
    const idle = await ask();
    await sendAll(port, requests, bodies);
    const { handled, peak } = await ask();
    stop();
    if (handled !== bodies) throw new Error(`bench: ${handled} of ${bodies} deliveries were handled`);
    return (peak - idle.resident) / megabyte;
  }
  return {
    name: 'memory of 100 bodies of 2 MB at once',
    unit: 'MB',
    rounds: 5,
    warmUps: 0,
    contenders: { 'peak over idle': peakOverIdle, bodies: async () => (bodies * bytes) / megabyte },
    rows: [
      {
        what: 'memory to the bytes of the bodies',
        at: '100 × 2 MB at once',
        goal: { atMost: 3 },
        ratio: (took) => took['peak over idle'] / took.bodies,
      },
    ],
  };
}
