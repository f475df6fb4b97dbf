import { createHmac, timingSafeEqual } from 'node:crypto';

export const algorithms = ['sha256', 'sha512'] as const;
export const encodings = ['hex', 'base64', 'base64url'] as const;

export type Algorithm = (typeof algorithms)[number];
export type Encoding = (typeof encodings)[number];

/** A digest as a sender wrote it, decoded. */
export interface Digest {
  readonly algorithm: Algorithm;
  readonly encoding: Encoding;
  /** Lower-case hex, whatever it came as: comparing needs one form. */
  readonly hex: string;
}

const hexDigits = /^[0-9a-f]+$/i;
const base64Digits = /^[A-Za-z0-9+/]+={0,2}$/;
const base64urlDigits = /^[A-Za-z0-9_-]+$/;

/**
 * Reads a digest of exactly 32 or 64 bytes. The length in characters tells hex from base64, since no text is both;
 * `Buffer.from` skips what it cannot read, so alphabet and padding are checked first.
 */
export function readDigest(text: string): Digest | undefined {
  switch (text.length) {
    case 64:
      return hexDigits.test(text) ? { algorithm: 'sha256', encoding: 'hex', hex: text.toLowerCase() } : undefined;
    case 128:
      return hexDigits.test(text) ? { algorithm: 'sha512', encoding: 'hex', hex: text.toLowerCase() } : undefined;
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

function readBase64Digest(text: string, algorithm: Algorithm): Digest | undefined {
  const bytes = decodeBase64(text);
  if (bytes?.length !== (algorithm === 'sha256' ? 32 : 64)) return undefined;
  return { algorithm, encoding: /[-_]/.test(text) ? 'base64url' : 'base64', hex: bytes.toString('hex') };
}

/** Decodes canonical base64 (padded or not) or base64url; `undefined` for anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  if (!base64Digits.test(text) && !base64urlDigits.test(text.replace(/={1,2}$/, ''))) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const bare = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  const canonical = bytes.toString('base64');
  return canonical === text || canonical.replace(/=+$/, '') === bare ? bytes : undefined;
}

/** HMAC (RFC 2104) over `signedPrefix` and the body, in hex: that costs half of what a Buffer does. */
export function macOf(algorithm: Algorithm, key: string | Buffer, signedPrefix: string, rawBody: Buffer): string {
  const hmac = createHmac(algorithm, key);
  if (signedPrefix !== '') hmac.update(signedPrefix);
  return hmac.update(rawBody).digest('hex');
}

/** The MAC as a sender writes it. */
export function writeMac(
  { algorithm, encoding }: Pick<Digest, 'algorithm' | 'encoding'>,
  key: string | Buffer,
  signedPrefix: string,
  rawBody: Buffer,
): string {
  return Buffer.from(macOf(algorithm, key, signedPrefix, rawBody), 'hex').toString(encoding);
}

/** Where digests are laid side by side: making two Buffers for each comparison took four times as long. */
const shortScratch = { ours: Buffer.alloc(64), theirs: Buffer.alloc(64) };
const longScratch = { ours: Buffer.alloc(128), theirs: Buffer.alloc(128) };

/** Compares two digests in hex, of 64 or 128 digits, in time that does not depend on where they differ. */
export function sameDigest(a: string, b: string): boolean {
  const scratch = a.length === 64 ? shortScratch : longScratch;
  if (a.length !== b.length || a.length !== scratch.ours.length) return false;
  scratch.ours.write(a, 'latin1');
  scratch.theirs.write(b, 'latin1');
  return timingSafeEqual(scratch.ours, scratch.theirs);
}
