import { Readable } from 'node:stream';
import fc from 'fast-check';
import { readAtMost } from '../../src/cli/read-at-most';

const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }));

test('reads the beginning of a stream, and says whether that is all of it', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(100), async (parts, mostBytes) => {
      const all = Buffer.concat(parts);
      const { bytes, isWhole } = await readAtMost(Readable.from(parts.map((part) => Buffer.from(part))), mostBytes);
      expect([bytes, isWhole]).toEqual([all.subarray(0, mostBytes), all.length <= mostBytes]);
    }),
  );
});

test('leaves a longer stream open, and waits for no more of it', async () => {
  let asked = 0;
  const endless = new Readable({
    highWaterMark: 1,
    read() {
      asked += 1;
      this.push(Buffer.alloc(10));
    },
  });
  expect((await readAtMost(endless, 25)).bytes).toHaveLength(25);
  expect(endless.destroyed).toBe(false);
  expect(asked).toBeLessThan(10);
  endless.destroy();
});
