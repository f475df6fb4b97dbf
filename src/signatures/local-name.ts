import { createCipheriv, hash, randomBytes } from 'node:crypto';
import type { SignatureMatch } from '../contracts';
import { inHex, writeMac } from './digest';
import { FoundMatch } from './found-match';
import { quickMac } from './quick-mac';

/** Names a delivery within this process, by its body: the same for all copies, and for nothing else. */
export type NameLocally = (rawBody: Buffer, found: SignatureMatch, secrets: readonly string[]) => string;

/**
 * By its HMAC-SHA-256 under the first secret, whichever secret and form it was signed with: mostly that has been worked out.
 * Only for secrets that are always the same.
 */
export const byMac: NameLocally = (rawBody, found, [first = '']) => {
  const known = found instanceof FoundMatch ? found.bodyMac : undefined;
  return known ?? quickMac(first, '', rawBody, 'hex') ?? writeMac(inHex, first, '', rawBody);
};

/** By a hash that costs less than the key's, where a signature is over more than the body. */
export const byHash: NameLocally = (rawBody) =>
  rawBody.length < longBytes ? hash('sha256', rawBody, 'binary') : tagOf(rawBody);

/** From here on making a cipher costs less than hashing. */
const longBytes = 32 * 1024;

const tagKey = randomBytes(16);
const tagNonce = Buffer.alloc(12);

/**
 * GMAC (NIST SP 800-38D) under a key that this process has for itself: 17 µs at 100 KB, where SHA-256 takes 57. Who does not
 * know the key can only guess which two bodies share a tag, at odds of 2⁻¹²⁸ for each 16 bytes of them. One nonce will do:
 * nothing is encrypted, and no tag is ever shown.
 */
function tagOf(bytes: Buffer): string {
  const cipher = createCipheriv('aes-128-gcm', tagKey, tagNonce).setAAD(bytes);
  cipher.final();
  return cipher.getAuthTag().toString('latin1');
}
