import { isIdentityEncoding } from '../../src/foundations/content-encoding';

test.each([
  '',
  ' ',
  'identity',
  'Identity',
  ' identity ',
  'utf-8',
  'UTF-8',
  'utf8',
  'iso-8859-1',
  'us-ascii',
  'identity, identity',
  'identity,utf-8, ',
  'utf-8,'.padEnd(200),
])('takes %j for bytes as they are', (encoding) => {
  expect(isIdentityEncoding(encoding)).toBe(true);
});

test.each([
  'gzip',
  'GZIP',
  ' gzip',
  'x-gzip',
  'deflate',
  'compress',
  'br',
  'zstd',
  'aes128gcm',
  'utf-8, gzip',
  'gzip, identity',
  'identity, identity, br',
  'other',
  'utf-8,'.padEnd(201),
])('takes %j for bytes that were changed', (encoding) => {
  expect(isIdentityEncoding(encoding)).toBe(false);
});
