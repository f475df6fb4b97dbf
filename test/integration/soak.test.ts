import { soak } from './soak/soak';

/** `npm run soak` sets it. */
const seconds = Number(process.env['SOAK_SECONDS'] ?? 15);

test(
  `with everything that goes wrong going wrong for ${seconds} s, nothing is lost, and nothing that was recorded is done again`,
  async () => {
    const report = await soak(seconds);
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    expect({ lost: report.lost, doubled: report.doubled, givenUp: report.givenUp }).toEqual({
      lost: 0,
      doubled: 0,
      givenUp: 0,
    });
    // What a crash makes happen twice, the key of the delivery makes one.
    expect(report.downstream.has).toBe(report.downstream.expected);
    // And it was a soak.
    expect(report.acknowledged).toBeGreaterThan(seconds * 3);
    for (const happened of [report.crashes, report.storeRestarts, report.storeStalls, report.deploys, report.copies]) {
      expect(happened).toBeGreaterThan(0);
    }
    expect(report.outcomes).toMatchObject({
      processed: expect.any(Number) as number,
      duplicate: expect.any(Number) as number,
      FAILED: expect.any(Number) as number,
      TIMEOUT: expect.any(Number) as number,
      UNAVAILABLE: expect.any(Number) as number,
      'no answer': expect.any(Number) as number,
    });
  },
  seconds * 1000 + 120_000,
);
