export const algorithms = ['sha256', 'sha512'] as const;
export const encodings = ['hex', 'base64', 'base64url'] as const;

export type Algorithm = (typeof algorithms)[number];
export type Encoding = (typeof encodings)[number];

/** A digest from a header, decoded. */
export interface Digest {
  readonly algorithm: Algorithm;
  readonly encoding: Encoding;
  readonly bytes: Buffer;
}

const hexDigits = /^[0-9a-f]+$/i;
const base64Digits = /^[A-Za-z0-9+/]+={0,2}$/;
const base64urlDigits = /^[A-Za-z0-9_-]+$/;

/**
 * Reads a digest of exactly 32 or 64 bytes. No length of hex is one of base64, so the length tells them apart.
 * `Buffer.from` skips invalid characters, so alphabet and padding are checked first.
 */
export function readDigest(text: string): Digest | undefined {
  switch (text.length) {
    case 64:
      return readHexDigest(text, 'sha256');
    case 128:
      return readHexDigest(text, 'sha512');
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

function readHexDigest(text: string, algorithm: Algorithm): Digest | undefined {
  return hexDigits.test(text) ? { algorithm, encoding: 'hex', bytes: Buffer.from(text, 'hex') } : undefined;
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
