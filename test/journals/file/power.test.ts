import { setTimeout as pause } from 'node:timers/promises';
import { cleanUp } from './kit';
import { idOf, makeDisk } from './power-kit';
import { type Program, program } from './program';

/** A nightly job loses power more often. */
const rounds = Number(process.env['JOURNAL_KILLS'] ?? 6);
const dayMs = 86_400_000;
let receive: Program;

beforeAll(async () => {
  receive = await program('receive');
});
afterAll(() => receive.remove());
afterEach(cleanUp);

test(
  'what was answered 2xx is found once and whole after each loss of power, while the disk fails at times and days pass',
  async () => {
    const disk = makeDisk(receive);
    for (let round = 0; round < rounds; round += 1) {
      const receiver = await disk.start();
      let isOn = true;
      async function send(): Promise<void> {
        while (isOn) {
          const delivery = disk.newDelivery();
          // A delivery that is refused comes again.
          while (isOn && (await receiver.send(delivery)) !== 200) await pause(1);
        }
      }
      const senders = Array.from({ length: 6 }, send);
      for (const refuse of ['nothing', 'syncs', 'nothing', 'writes', 'nothing', 'syncs', 'nothing'] as const) {
        if (Math.random() < 0.7) await receiver.tell({ refuse });
        await receiver.tell({ aheadMs: Math.floor(Math.random() * 4) * dayMs });
        await pause(Math.random() * 60);
      }
      await receiver.tell({ refuse: 'nothing' });
      // Something is acknowledged after the last failure.
      const after = disk.newDelivery();
      while ((await receiver.send(after)) !== 200) await pause(1);
      await receiver.losePower();
      isOn = false;
      await Promise.all(senders);

      const found = await disk.found();
      const once = new Set(found);
      expect(once.size).toBe(found.length);
      expect([...disk.acknowledged].filter((body) => !once.has(body)).map(idOf)).toStrictEqual([]);
    }
    expect(disk.acknowledged.size).toBeGreaterThan(10 * rounds);
  },
  30_000 + rounds * 10_000,
);

test('what was forgotten does not come back with a loss of power, nor does it take along what stays', async () => {
  const disk = makeDisk(receive);
  const receiver = await disk.start();
  const keep = async (): Promise<string> => {
    const delivery = disk.newDelivery();
    expect(await receiver.send(delivery)).toBe(200);
    return delivery.body;
  };
  const gone = [await keep(), await keep()];
  await receiver.tell({ aheadMs: dayMs });
  gone.push(await keep());
  await receiver.tell({ aheadMs: dayMs + 7_200_000 });
  const staying = [await keep(), await keep()];
  await receiver.tell('forget');
  await receiver.losePower();
  const text = disk.text();
  for (const body of gone) expect(text).not.toContain(Buffer.from(body).toString('base64'));
  for (const body of staying) expect(text).toContain(Buffer.from(body).toString('base64'));
  expect(await disk.found()).toEqual(staying);

  const last = await disk.start();
  await last.tell({ aheadMs: 3 * dayMs });
  await last.tell('forget');
  await last.losePower();
  expect(disk.text()).toBe('');
});
