// The memory of a server process: how far it gets above what it was when idle.
import { setTimeout as pause } from 'node:timers/promises';
import { deliveries } from '../load/deliveries.mjs';
import { requestOf, sendAll } from '../load/send.mjs';
import { startServer } from '../load/start-server.mjs';

const megabyte = 1e6;

/** Bodies that are all held at once. */
export function bodies() {
  const count = 100;
  const bytes = 2_000_000;
  const make = deliveries(bytes);
  async function peakOverIdle() {
    const requests = Array.from({ length: count }, () => requestOf(make()));
    const { port, ask, stop } = await startServer('holding');
    const idle = await ask();
    await sendAll(port, requests, count);
    const { handled, peak } = await ask();
    stop();
    if (handled !== count) throw new Error(`bench: ${handled} of ${count} deliveries were handled`);
    return (peak - idle.resident) / megabyte;
  }
  return {
    name: 'memory of 100 bodies of 2 MB at once',
    unit: 'MB',
    rounds: 3,
    warmUps: 0,
    contenders: { 'peak over idle': peakOverIdle, bodies: async () => (count * bytes) / megabyte },
    rows: [
      {
        what: 'memory to the bytes of the bodies',
        at: '100 × 2 MB at once',
        goal: { atMost: 3 },
        ratio: (took) => took['peak over idle'] / took.bodies,
        means:
          'the most memory over idle of a server that handles 100 deliveries of 2 MB at once. Divided by their bytes.',
      },
    ],
  };
}

/** Copies of a delivery whose handler still runs: each is answered, so nothing of it may be held. */
export function copies() {
  const count = 500;
  const atOnce = 2;
  const bytes = 4_900_000;
  // Where nothing is let go, the process would end before the load does, and with it the benchmark.
  const farTooMuch = 1000 * megabyte;
  const what = 'memory while copies are answered 503';

  async function mostOverIdle() {
    const request = requestOf(deliveries(bytes)());
    const { port, ask, stop } = await startServer('slow');
    await sendAll(port, [request], 1, 503);
    const idle = (await ask()).resident;
    let most = idle;
    let sending = true;
    function* load() {
      for (let sent = 0; sent < count && most - idle < farTooMuch; sent += 1) yield request;
    }
    async function send() {
      await sendAll(port, load(), atOnce, 503);
      sending = false;
    }
    async function watch() {
      while (sending) {
        most = Math.max(most, (await ask()).resident);
        await pause(5);
      }
    }
    await Promise.all([send(), watch()]);
    const { handled } = await ask();
    stop();
    if (handled !== 1) throw new Error(`bench: ${handled} of ${count} copies were handled`);
    return (most - idle) / megabyte;
  }

  return {
    name: what,
    unit: 'MB',
    rounds: 1,
    warmUps: 0,
    contenders: { 'most over idle': mostOverIdle },
    rows: [
      {
        what,
        at: '500 × 4.9 MB',
        unit: 'MB',
        goal: { atMost: 150 },
        ratio: (took) => took['most over idle'],
        means:
          'the most memory over idle of a server with `logger: false`. The same delivery comes 500 times, two at once. ' +
          'Each is answered 503, since the handler of the first still runs. The load ends early at 1,000 MB.',
      },
    ],
  };
}
