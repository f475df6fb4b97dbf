import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { type Encoding, encodings } from '../../src/signatures/digest';
import { quickBytes, quickMac } from '../../src/signatures/quick-mac';

const theirs = (key: string, prefix: string, bytes: Buffer, encoding: Encoding = 'hex') =>
  createHmac('sha256', key).update(prefix).update(bytes).digest(encoding);

// RFC 4231, the two cases whose key is ASCII.
test.each([
  ['2', 'Jefe', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
  ['1', '\x0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
])('it gives what RFC 4231 gives in test case %s', (_case, key, text, expected) => {
  expect(quickMac(key, '', Buffer.from(text), 'hex')).toBe(expected);
  expect(quickMac(key, text.slice(0, 3), Buffer.from(text.slice(3)), 'hex')).toBe(expected);
});

test('it is the HMAC that Node makes, for any key, prefix and body, whatever came before', () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom('k'.repeat(64), 'k'.repeat(65), '\ud800'),
  );
  const prefix = fc.oneof(fc.constant(''), fc.string({ unit: 'binary', maxLength: 40 }));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 4000, maxLength: 8000 }));
  const encoding = fc.constantFrom(...encodings);
  fc.assert(
    fc.property(fc.array(fc.tuple(key, prefix, bytes, encoding), { minLength: 1, maxLength: 4 }), (macs) => {
      for (const [k, p, b, e] of macs) expect(quickMac(k, p, Buffer.from(b), e)).toBe(theirs(k, p, Buffer.from(b), e));
    }),
    { numRuns: 1000 },
  );
});

test('it leaves to others what does not fit, to the byte', () => {
  const bytes = (length: number) => Buffer.alloc(length, 0xa5);
  expect(quickMac('key', '', bytes(quickBytes), 'hex')).toBe(theirs('key', '', bytes(quickBytes)));
  expect(quickMac('key', '', bytes(quickBytes + 1), 'hex')).toBeUndefined();
  // '€' has three bytes.
  expect(quickMac('key', '€', bytes(quickBytes - 3), 'hex')).toBe(theirs('key', '€', bytes(quickBytes - 3)));
  expect(quickMac('key', '€', bytes(quickBytes - 2), 'hex')).toBeUndefined();
});
