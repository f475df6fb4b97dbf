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

test.each([
  [70_000, 90_000],
  [1024 * 1024, 1.1 * 1024 * 1024],
])('of a body of %d bytes that comes byte by byte less than %d are held', (length, most) => {
  const chunks = new Chunks();
  const byte = Buffer.alloc(1, 'a');
  const held = heldBytes(
    chunks,
    Array.from({ length }, () => byte),
  );
  expect(held).toBeLessThan(most);
  expect(chunks.take().equals(Buffer.alloc(length, 'a'))).toBe(true);
});

test('the first chunk is kept as it is, and so is a long one; a short one is copied', () => {
  const chunks = new Chunks();
  const pieces = [1, 16 * 1024 - 1, 16 * 1024].map((length) => Buffer.alloc(length));
  for (const piece of pieces) chunks.add(piece);
  for (const piece of pieces) piece.fill(1);
  const expected = pieces.map((piece, index) => Buffer.alloc(piece.length, index === 1 ? 0 : 1));
  expect(chunks.take().equals(Buffer.concat(expected))).toBe(true);
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
