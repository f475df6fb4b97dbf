import { decodeBase64 } from './digest';

const whsec = 'whsec_';
const leastKeyBytes = 24;

/**
 * The key inside a Standard Webhooks secret: the text after `whsec_`, or a whole secret without that prefix. It must be
 * canonical base64 or base64url of at least 24 bytes. Otherwise `whsec_!!!@@@` would decode to an empty key, and
 * anybody could sign with it.
 */
export function secretKeyOf(secret: string): Buffer | undefined {
  const bytes = decodeBase64(secret.startsWith(whsec) ? secret.slice(whsec.length) : secret);
  return bytes !== undefined && bytes.length >= leastKeyBytes ? bytes : undefined;
}

/** Describes what is wrong with a secret, without showing any part of it; `undefined` if nothing is. */
export function flawOfSecret(secret: unknown): string | undefined {
  if (typeof secret !== 'string') return `expected a string, got ${secret === null ? 'null' : typeof secret}`;
  if (secret.trim() === '') return 'expected a string with more than blanks';
  if (secret.startsWith(whsec) && secretKeyOf(secret) === undefined) {
    return `expected base64 of at least ${leastKeyBytes} bytes after "${whsec}"`;
  }
  return undefined;
}
