import { createHmac, timingSafeEqual } from 'node:crypto';

export const algorithms = ['sha256', 'sha512'] as const;
export const encodings = ['hex', 'base64', 'base64url'] as const;

export type Algorithm = (typeof algorithms)[number];
export type Encoding = (typeof encodings)[number];

/** How most senders write theirs. */
export const inHex = { algorithm: 'sha256', encoding: 'hex' } as const;

/** A digest as a sender wrote it, decoded. */
export interface Digest {
  readonly algorithm: Algorithm;
  readonly encoding: Encoding;
  readonly bytes: Buffer;
}

const base64Digits = /^[A-Za-z0-9+/]+={0,2}$/;
const base64urlDigits = /^[A-Za-z0-9_-]+$/;

/**
 * Reads a digest of exactly 32 or 64 bytes. The length in characters tells hex from base64, since no text is both;
 * `Buffer.from` skips what it cannot read, so alphabet and padding are checked first.
 */
export function readDigest(text: string): Digest | undefined {
  switch (text.length) {
    case 64:
      return readHexDigest(text, 'sha256', 32);
    case 128:
      return readHexDigest(text, 'sha512', 64);
    case 43:
    case 44:
      return readBase64Digest(text, 'sha256');
    case 86:
    case 88:
      return readBase64Digest(text, 'sha512');
    default:
      return undefined;
  }
}

/** Of such a character, decoding hex looks at the lower byte alone. */
const beyondOneByte = /[\u0100-\uffff]/;

/** Decoding stops at what is no digit; that is faster than looking through the text before. */
function readHexDigest(text: string, algorithm: Algorithm, length: number): Digest | undefined {
  const bytes = Buffer.from(text, 'hex');
  return bytes.length === length && !beyondOneByte.test(text) ? { algorithm, encoding: 'hex', bytes } : undefined;
}

function readBase64Digest(text: string, algorithm: Algorithm): Digest | undefined {
  const bytes = decodeBase64(text);
  if (bytes?.length !== (algorithm === 'sha256' ? 32 : 64)) return undefined;
  return { algorithm, encoding: /[-_]/.test(text) ? 'base64url' : 'base64', bytes };
}

/** Decodes canonical base64 (padded or not) or base64url; `undefined` for anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  if (!base64Digits.test(text) && !base64urlDigits.test(text.replace(/={1,2}$/, ''))) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const bare = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  const canonical = bytes.toString('base64');
  return canonical === text || canonical.replace(/=+$/, '') === bare ? bytes : undefined;
}

/** HMAC (RFC 2104) over `signedPrefix` and the body, a character for each byte: that costs less than a Buffer. */
export function macOf(algorithm: Algorithm, key: string | Buffer, signedPrefix: string, rawBody: Buffer): string {
  const hmac = createHmac(algorithm, key);
  if (signedPrefix !== '') hmac.update(signedPrefix);
  return hmac.update(rawBody).digest('binary');
}

/** The MAC as a sender writes it. */
export function writeMac(
  { algorithm, encoding }: Pick<Digest, 'algorithm' | 'encoding'>,
  key: string | Buffer,
  signedPrefix: string,
  rawBody: Buffer,
): string {
  return Buffer.from(macOf(algorithm, key, signedPrefix, rawBody), 'latin1').toString(encoding);
}

/** For each length that is compared, where ours is laid: a buffer of its own for each comparison takes twice as long. */
const scratch: Readonly<Record<number, Buffer>> = {
  32: Buffer.alloc(32),
  43: Buffer.alloc(43),
  44: Buffer.alloc(44),
  64: Buffer.alloc(64),
};

/**
 * Compares a digest, a character for each byte, with another in time that does not depend on where they differ: one of 32
 * or 64 bytes, or the text of one of 32 in any encoding.
 */
export function isSame(ours: string, theirs: Buffer): boolean {
  const place = scratch[theirs.length];
  if (place === undefined || ours.length !== theirs.length) return false;
  place.write(ours, 'latin1');
  return timingSafeEqual(place, theirs);
}
