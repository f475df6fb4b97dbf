import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Algorithm, Digest } from './digest';

// The one place where MACs are computed and compared.

/** HMAC (RFC 2104) over `signedPrefix` and the body. */
export function macOf(algorithm: Algorithm, key: string | Buffer, signedPrefix: string, rawBody: Buffer): Buffer {
  const hmac = createHmac(algorithm, key);
  if (signedPrefix !== '') hmac.update(signedPrefix);
  return hmac.update(rawBody).digest();
}

/** The MAC as text for a header. */
export function writeMac(
  { algorithm, encoding }: Pick<Digest, 'algorithm' | 'encoding'>,
  key: string | Buffer,
  signedPrefix: string,
  rawBody: Buffer,
): string {
  return macOf(algorithm, key, signedPrefix, rawBody).toString(encoding);
}

/** Whether two MACs are the same. The time does not depend on where they differ. */
export function isSame(ours: Buffer, theirs: Buffer): boolean {
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
