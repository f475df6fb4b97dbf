import type { WebhookHeaders } from './contracts/request';

/** A pattern, since every proxy and platform has its own names for credentials. */
const credential = /token|secret|key|auth|jwt|cookie|session|credential|password|signature|hmac/i;

/** Whether a header, by its name, may hold a credential or a signature. */
export function mayHoldCredential(name: string): boolean {
  return credential.test(name);
}

/** Too wide for headers: a handler behind a queue may need `x-assigned-to`. */
const inParameters = /sign|pass/i;
/** As whole names. Azure's addresses have keys under them. */
const ofParameters = /^(?:code|sig)$/i;

/** Whether a parameter of a path or a query, by its name, may hold a credential or a signature. */
export function mayParameterHoldCredential(name: string): boolean {
  return mayHoldCredential(name) || inParameters.test(name) || ofParameters.test(name);
}

const neverKept = /signature|hmac|^(?:set-)?cookie$|^(?:proxy-)?authorization$/i;

/** Whether a header holds a credential or a signature for certain, so that nobody may ask to keep it. */
export function holdsCredential(name: string): boolean {
  return neverKept.test(name);
}

/** Which headers are kept with a delivery, in a queue's job. Names are in lower case. */
export interface KeptHeaders {
  /** Headers from which the scheme reads its signature. They are never kept. */
  readonly signatureHeaders: readonly string[];
  /** Headers that are kept although their names look like a credential's. */
  readonly keep: readonly string[];
}

/**
 * Makes the function that takes the headers of a delivery and leaves out credentials and signatures: whoever reads them
 * later must not be able to send the request again, or to act as its sender.
 */
export function headerKeeper({ signatureHeaders, keep }: KeptHeaders): (headers: WebhookHeaders) => WebhookHeaders {
  const signing = new Set(signatureHeaders);
  const asked = new Set(keep);
  // A pseudo-header of HTTP/2, such as `:path`, is none of the sender's: its query may hold a token.
  const isKept = (name: string): boolean =>
    !name.startsWith(':') && !signing.has(name) && (asked.has(name) || !mayHoldCredential(name));
  return (headers) =>
    Object.fromEntries(Object.entries(headers).filter(([name, value]) => value !== undefined && isKept(name)));
}
