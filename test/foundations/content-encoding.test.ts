import { isIdentityEncoding } from '../../src/foundations/content-encoding';

test.each(['', ' ', 'identity', 'Identity', ' identity ', 'utf-8', 'UTF-8', 'utf8', 'iso-8859-1', 'us-ascii'])(
  'takes %j for bytes as they are',
  (encoding) => {
    expect(isIdentityEncoding(encoding)).toBe(true);
  },
);

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
  'other',
])('takes %j for bytes that were changed', (encoding) => {
  expect(isIdentityEncoding(encoding)).toBe(false);
});
