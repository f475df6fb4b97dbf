/**
 * A text file's bytes in UTF-8, without a byte order mark. Editors on Windows write one, and `>` of PowerShell writes
 * UTF-16.
 */
export function toUtf8(bytes: Buffer): Buffer {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return bytes.subarray(3);
  if (first === 0xff && second === 0xfe) return Buffer.from(bytes.toString('utf16le', 2), 'utf8');
  if (first === 0xfe && second === 0xff) return Buffer.from(new TextDecoder('utf-16be').decode(bytes), 'utf8');
  return bytes;
}

/** The same for JSON and requests, where a zero beside the first sign tells UTF-16 without a byte order mark, too. */
export function guessedUtf8(bytes: Buffer): Buffer {
  const [first = 0, second = 0] = bytes;
  const isPair = bytes.length >= 2 && bytes.length % 2 === 0;
  if (isPair && first > 0 && second === 0) return Buffer.from(bytes.toString('utf16le'), 'utf8');
  if (isPair && first === 0 && second > 0) return Buffer.from(new TextDecoder('utf-16be').decode(bytes), 'utf8');
  return toUtf8(bytes);
}
