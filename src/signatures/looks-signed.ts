import type { WebhookHeaders } from '../foundations/contracts/request';
import type { SignaturePolicy } from './policy';
import { isSignatureHeader } from './schemes/auto';

/** Whether a header came that may hold a signature, by its name alone. */
export function looksSigned(headers: WebhookHeaders, { signatureHeaders }: SignaturePolicy): boolean {
  return Object.keys(headers).some((name) => isSignatureHeader(name) || signatureHeaders.includes(name));
}
