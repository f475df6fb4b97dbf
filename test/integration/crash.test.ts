import { randomUUID } from 'node:crypto';
import type { ReceiverConfig, Step } from './apps/receiver';
import { type Bundle, bundle } from './kit/bundle';
import { type Effects, recordEffects } from './kit/effects';
import { type ReceiverProcess, startReceiver } from './kit/processes';
import { closeConnections, outcomeOf, pause, post, type Reply, secret, signedNote } from './kit/sender';
import { databaseUrl, forgetNamespaces, freshNamespace, redisUrl } from './services';

const leaseMs = 1500;
/** For machines that are busy with something else. */
const slackMs = 5000;
let app: Bundle;
let effects: Effects;

beforeAll(async () => {
  app = await bundle({ entry: 'test/integration/apps/receiver.ts', leaseMs });
  effects = await recordEffects();
});

afterAll(async () => {
  closeConnections();
  app.remove();
  await effects.close();
  await forgetNamespaces();
});

interface Course {
  readonly step: Step;
  /** Whether the second process finds the claim of the first. */
  readonly waits: boolean;
  readonly ends: 'processed' | 'duplicate';
  /** How often each handler did its work, over both processes. */
  readonly first: number;
  readonly second: number;
}

const courses: readonly Course[] = [
  { step: 'before the claim', waits: false, ends: 'processed', first: 1, second: 1 },
  { step: 'after the claim', waits: true, ends: 'processed', first: 1, second: 1 },
  { step: 'between the handlers', waits: true, ends: 'processed', first: 1, second: 1 },
  // What was done and could not be recorded is done again: here the key of the delivery is what helps.
  { step: 'after the last handler, before it is completed', waits: true, ends: 'processed', first: 1, second: 2 },
  { step: 'after it is completed, before the answer', waits: false, ends: 'duplicate', first: 1, second: 1 },
];

/** Sends the delivery again, as a vendor does, until it is acknowledged. */
async function repeat(port: number, note: ReturnType<typeof signedNote>): Promise<{ replies: Reply[]; ms: number }> {
  const started = performance.now();
  const replies: Reply[] = [];
  for (;;) {
    const reply = await post(port, note);
    replies.push(reply);
    if (reply.status === 200 || replies.length > 500) return { replies, ms: performance.now() - started };
    await pause(20);
  }
}

describe.each(['redis', 'postgres'] as const)('with %s, a delivery whose process is killed', (store) => {
  let config: ReceiverConfig;
  let survivor: ReceiverProcess;

  beforeAll(async () => {
    const storeUrl = store === 'redis' ? redisUrl : databaseUrl;
    config = { secret, store, storeUrl, namespace: freshNamespace(), effects: effects.list, effectsUrl: redisUrl };
    survivor = await startReceiver(app.file, config);
  });

  afterAll(async () => {
    survivor.kill('SIGKILL');
    await survivor.ended;
  });

  test.each(courses)('$step is handled by another, and what was recorded is not done again', async (course) => {
    const before = { first: await effects.total('first'), second: await effects.total('second') };
    const mortal = await startReceiver(app.file, { ...config, dieAt: course.step });
    const note = signedNote(randomUUID());
    const lost = await post(mortal.port, note);
    const died = performance.now();
    expect(lost.status).toBeUndefined();
    expect((await mortal.ended).signal).toBe('SIGKILL');

    const { replies, ms } = await repeat(survivor.port, note);
    const refusals = replies.slice(0, -1);
    expect(outcomeOf(replies.at(-1) as Reply)).toBe(course.ends);
    expect(new Set(refusals.map(outcomeOf))).toStrictEqual(new Set(course.waits ? ['IN_PROGRESS'] : []));
    // The lease alone decides how long the wait is: it began just before the death.
    if (course.waits) {
      const waited = performance.now() - died;
      expect(waited).toBeGreaterThan(leaseMs * 0.5);
      expect(waited).toBeLessThan(leaseMs + slackMs);
      for (const { headers } of refusals) {
        expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
        expect(Number(headers['retry-after'])).toBeLessThanOrEqual(Math.ceil(leaseMs / 1000));
      }
    } else expect(ms).toBeLessThan(slackMs);

    // A further repeat changes nothing.
    expect(outcomeOf(await post(survivor.port, note))).toBe('duplicate');
    expect({
      first: (await effects.total('first')) - before.first,
      second: (await effects.total('second')) - before.second,
    }).toEqual({ first: course.first, second: course.second });
  });
});
