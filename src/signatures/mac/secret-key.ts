import { decodeBase64 } from './digest';

const whsec = 'whsec_';
const leastKeyBytes = 24;
/** Fewer characters behind `whsec_` are no secret, but one that was cut off. */
const leastCharacters = 8;

/**
 * The key inside a Standard Webhooks secret: the text after `whsec_`, or a whole secret without that prefix. It must be
 * canonical base64 or base64url of at least 24 bytes. Otherwise `whsec_!!!@@@` would decode to an empty key, and
 * anybody could sign with it.
 */
export function secretKeyOf(secret: string): Buffer | undefined {
  const bytes = decodeBase64(secret.startsWith(whsec) ? secret.slice(whsec.length) : secret);
  return bytes !== undefined && bytes.length >= leastKeyBytes ? bytes : undefined;
}

/** Whether a secret begins like a key of Standard Webhooks and is none. It is used as it is written. */
export function isUndecodable(secret: string): boolean {
  return secret.startsWith(whsec) && secretKeyOf(secret) === undefined;
}

/**
 * Describes what is wrong with a secret, without showing any part of it; `undefined` if nothing is. `needsKey` says that
 * the scheme takes nothing but a key after `whsec_`.
 */
export function flawOfSecret(secret: unknown, needsKey = false): string | undefined {
  if (typeof secret !== 'string') return `expected a string, got ${secret === null ? 'null' : typeof secret}`;
  if (secret.trim() === '') return 'expected a string with more than blanks';
  const isCut = secret.startsWith(whsec) && secret.trim().length < whsec.length + leastCharacters;
  if (isCut || (needsKey && isUndecodable(secret))) {
    return `expected base64 of at least ${leastKeyBytes} bytes after "${whsec}"`;
  }
  return undefined;
}
