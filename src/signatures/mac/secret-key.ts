import { decodeBase64 } from './digest';

const whsec = 'whsec_';
const leastKeyBytes = 24;

/**
 * The key inside a Standard Webhooks secret: what follows `whsec_`, or the whole of a secret without it, when that is
 * canonical base64 or base64url of at least 24 bytes. Less strictly, `whsec_!!!@@@` would decode to an empty key, which
 * anybody can sign with.
 */
export function decodeSecret(secret: string): Buffer | undefined {
  const bytes = decodeBase64(secret.startsWith(whsec) ? secret.slice(whsec.length) : secret);
  return bytes !== undefined && bytes.length >= leastKeyBytes ? bytes : undefined;
}

/** What is wrong with a secret, without a word of it; `undefined` when nothing is. */
export function flawOfSecret(secret: unknown): string | undefined {
  if (typeof secret !== 'string') return `expected a string, got ${secret === null ? 'null' : typeof secret}`;
  if (secret.trim() === '') return 'expected a string with more than blanks';
  if (secret.startsWith(whsec) && decodeSecret(secret) === undefined) {
    return `expected base64 of at least ${leastKeyBytes} bytes after "${whsec}"`;
  }
  return undefined;
}
