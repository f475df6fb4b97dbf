import type { WebhookHeaders } from '../foundations/contracts/request';

const credentials: readonly string[] = ['cookie', 'set-cookie', 'authorization', 'proxy-authorization'];

/**
 * Names of headers that no queue is given, beside those that are named after a signature. `signatureHeaders` are those
 * that the scheme reads its signature from, whatever their names.
 */
export function withheldHeaders(signatureHeaders: readonly string[] = []): ReadonlySet<string> {
  return new Set([...credentials, ...signatureHeaders.map((name) => name.toLowerCase())]);
}

/**
 * The headers that a queue is given: whoever can read its jobs must not be able to send them again as genuine requests,
 * nor in anybody's name.
 */
export function jobHeaders(headers: WebhookHeaders, withheld: ReadonlySet<string>): WebhookHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) => value !== undefined && !withheld.has(name) && !/signature|hmac/.test(name),
    ),
  );
}
