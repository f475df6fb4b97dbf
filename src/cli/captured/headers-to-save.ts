import { mayHoldCredential } from '../../foundations/credential-headers';
import type { CapturedRequest } from './captured-request';

const ofASignature = /signature|hmac|timestamp/;

/** Hex or base64 of 32 or 64 bytes, with or without a prefix such as `sha256=`: the signature, whatever its header is. */
const digest = /^(?:\w+=)?(?:[\da-f]{64}|[\da-f]{128}|[\w+/-]{43}=?|[\w+/-]{86}(?:==)?)$/i;

/** The headers of a request without its credentials. What may sign it stays: `detect` and `replay` need that. */
export function headersToSave({ headers }: CapturedRequest): Readonly<Record<string, string>> {
  const isSaved = (name: string, value: string): boolean =>
    !mayHoldCredential(name) || ofASignature.test(name) || digest.test(value);
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => isSaved(name, value)));
}
