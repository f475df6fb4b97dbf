import type { WebhookHeaders } from '../foundations/contracts/request';
import type { SignaturePolicy } from './policy';
import { isSignatureHeader } from './schemes/auto';

/** Whether a header came that may hold a signature, by its name alone. */
export function looksSigned(headers: WebhookHeaders, { scheme }: SignaturePolicy): boolean {
  const pinned = scheme?.signatureHeaders?.map((name) => name.toLowerCase()) ?? [];
  return Object.keys(headers).some((name) => isSignatureHeader(name) || pinned.includes(name));
}
