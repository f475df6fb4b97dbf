import { hostile } from './hostile/hostile';

/** `npm run hostile` sets it, for a machine of its own. */
const asked = process.env['HOSTILE_CONNECTIONS'];
const connections = Number(asked ?? 240);
const siege =
  asked === undefined
    ? { connections, atOnce: connections, readTimeoutMs: 3000, pinned: false }
    : { connections, atOnce: 2500, readTimeoutMs: 15_000, pinned: true };

test(`${connections} hostile connections take bounded memory, and genuine deliveries are handled all the same`, async () => {
  const report = await hostile(siege);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  expect(report.overIdleMb).toBeLessThan(300);
  // Beside other tests, the delay is that of the machine.
  if (asked !== undefined) expect(report.delayP99Ms).toBeLessThan(100);
  const { sent, handledOnce, other, lastAfterMs } = report.genuine;
  expect(sent).toBeGreaterThan(2);
  expect({ handledOnce, other }).toEqual({ handledOnce: sent, other: {} });
  expect(lastAfterMs).toBeLessThan(30_000);
  // And it was an attack: every kind came, and no stranger was let in.
  const kinds = Object.values(report.ends);
  expect(kinds.flatMap((ends) => Object.values(ends)).reduce((sum, count) => sum + count, 0)).toBe(connections);
  expect(kinds.flatMap((ends) => Object.keys(ends)).filter((status) => status.startsWith('2'))).toHaveLength(0);
  expect(report.outcomes).toMatchObject({ malformed: expect.any(Number), unauthenticated: expect.any(Number) });
}, 300_000);
