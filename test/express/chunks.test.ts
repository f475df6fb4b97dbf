import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { BodyMemory } from '../../src/express/body-memory';
import { Chunks } from '../../src/express/chunks';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const megabyte = 1024 * 1024;
const limit = 64 * megabyte;
const chunksOf = (memory = new BodyMemory(limit)) => new Chunks(memory);

/** How much more memory the process has than before. */
function grownBy(act: () => void): number {
  const before = process.memoryUsage.rss();
  act();
  return process.memoryUsage.rss() - before;
}

test('a body comes out as it was sent, however it was cut, and stays so while others come', () => {
  const lengths = fc.array(fc.oneof(fc.nat(70), fc.nat(3000), fc.nat(70_000)), { maxLength: 30 });
  const announced = fc.oneof(fc.constant(0), fc.nat(1_000_000));
  const memory = new BodyMemory(limit);
  const all: { readonly body: Buffer; readonly sent: Buffer }[] = [];
  fc.assert(
    fc.property(lengths, announced, (cut, promised) => {
      const sent = cut.map((length, index) => Buffer.alloc(length, index + 1));
      const chunks = new Chunks(memory, promised);
      for (const chunk of sent) chunks.add(chunk);
      expect(chunks.bytes).toBe(sent.reduce((sum, { length }) => sum + length, 0));
      const body = chunks.take();
      expect(body.equals(Buffer.concat(sent))).toBe(true);
      expect(chunks.take()).toHaveLength(0);
      all.push({ body, sent: Buffer.concat(sent) });
    }),
  );
  expect(all.filter(({ body, sent }) => !body.equals(sent))).toStrictEqual([]);
});

test('a long body is handed over as an ordinary buffer of its own, which every API takes', () => {
  const chunks = chunksOf();
  for (let added = 0; added < 5; added += 1) chunks.add(Buffer.alloc(40_000, 'a'));
  const body = chunks.take();
  expect(Buffer.isBuffer(body)).toBe(true);
  expect(body.buffer).toMatchObject({ byteLength: 200_000, resizable: false });
});

test('bodies of the same memory at once do not share bytes', () => {
  const memory = new BodyMemory(limit);
  const bodies = Array.from({ length: 20 }, () => new Chunks(memory));
  for (let round = 0; round < 10; round += 1) {
    for (const [index, chunks] of bodies.entries()) chunks.add(Buffer.alloc(30_000, index + 1));
  }
  // Those that are dropped leave memory to the next ones.
  for (const chunks of bodies.splice(0, 10)) chunks.drop();
  const later = Array.from({ length: 10 }, () => new Chunks(memory));
  for (const chunks of later) for (const fill of [200, 201]) chunks.add(Buffer.alloc(90_000, fill));
  for (const [index, chunks] of bodies.entries()) {
    expect(chunks.take().equals(Buffer.alloc(300_000, index + 11))).toBe(true);
  }
  for (const chunks of later) {
    expect(chunks.take().equals(Buffer.concat([Buffer.alloc(90_000, 200), Buffer.alloc(90_000, 201)]))).toBe(true);
  }
});

test('a body that comes byte by byte takes little more than its bytes', () => {
  const chunks = chunksOf();
  const byte = Buffer.alloc(1, 'a');
  const grown = grownBy(() => {
    for (let added = 0; added < 8 * megabyte; added += 1) chunks.add(byte);
  });
  // The process grows by other things, too.
  expect(grown).toBeLessThan(20 * megabyte);
  expect(chunks.take().equals(Buffer.alloc(8 * megabyte, 'a'))).toBe(true);
});

test('the memory of long bodies goes back to the system as soon as they are dropped, without a garbage collection', () => {
  const memory = new BodyMemory(limit);
  const bodies = Array.from({ length: 25 }, () => new Chunks(memory));
  const grown = grownBy(() => {
    for (const chunks of bodies) {
      for (let added = 0; added < 80; added += 1) chunks.add(Buffer.alloc(64 * 1024, 'a'));
    }
    expect(bodies.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(125 * megabyte);
    for (const chunks of bodies) chunks.drop();
  });
  // Node's chunks wait for the collector, which looks after so many bytes of them at the latest.
  expect(grown).toBeLessThan(70 * megabyte);
});

test('a short chunk does not hold the long buffer that it is a part of', async () => {
  const chunks = chunksOf();
  let read: ArrayBuffer | undefined = new ArrayBuffer(64 * 1024);
  const held = new WeakRef(read);
  chunks.add(Buffer.from(read, 0, 1));
  read = undefined;
  for (let round = 0; round < 50 && held.deref() !== undefined; round += 1) {
    await setImmediate();
    collectGarbage();
  }
  expect(held.deref()).toBeUndefined();
  expect(chunks.take()).toHaveLength(1);
});
