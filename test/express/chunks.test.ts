import fc from 'fast-check';
import { Chunks } from '../../src/express/chunks';

/** What a body holds while it arrives: the buffers behind its chunks. */
function heldBytes(chunks: Chunks, pieces: Iterable<Buffer>): number {
  const before = process.memoryUsage().arrayBuffers;
  for (const piece of pieces) chunks.add(piece);
  return process.memoryUsage().arrayBuffers - before;
}

test('a body comes out as it was sent, however it was cut', () => {
  const lengths = fc.array(fc.oneof(fc.nat(70), fc.nat(3000), fc.nat(70_000)), { maxLength: 30 });
  fc.assert(
    fc.property(lengths, (cut) => {
      const sent = cut.map((length, index) => Buffer.alloc(length, index + 1));
      const chunks = new Chunks();
      for (const chunk of sent) chunks.add(chunk);
      expect(chunks.bytes).toBe(sent.reduce((sum, { length }) => sum + length, 0));
      expect(chunks.take().equals(Buffer.concat(sent))).toBe(true);
      expect(chunks.take()).toHaveLength(0);
    }),
  );
});

test('a megabyte that comes byte by byte takes little more than a megabyte', () => {
  const chunks = new Chunks();
  const byte = Buffer.alloc(1, 'a');
  const held = heldBytes(
    chunks,
    Array.from({ length: 1024 * 1024 }, () => byte),
  );
  expect(held).toBeLessThan(1.1 * 1024 * 1024);
  expect(chunks.take().equals(Buffer.alloc(1024 * 1024, 'a'))).toBe(true);
});

test('a body that comes in one chunk is that chunk, without a copy', () => {
  const chunks = new Chunks();
  const only = Buffer.from('{}');
  chunks.add(only);
  expect(chunks.take()).toBe(only);
});

test('long chunks are kept without a copy', () => {
  const chunks = new Chunks();
  const long = Array.from({ length: 20 }, () => Buffer.alloc(64 * 1024));
  // Less than nothing where the memory of earlier tests is freed meanwhile.
  expect(heldBytes(chunks, long)).toBeLessThan(64 * 1024);
});
