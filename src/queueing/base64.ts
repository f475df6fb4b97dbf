/**
 * The bytes that base64 text stands for; `undefined` when it is none. Node passes over what is no base64 digit, and would
 * hand on a damaged body as if it had been signed.
 */
export function readBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  // Written back rather than checked with a pattern: 5 ms for 5 MB, against 45.
  return bytes.toString('base64') === text ? bytes : undefined;
}
