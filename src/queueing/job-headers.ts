import type { WebhookHeaders } from '../foundations/contracts/request';

const credentials: readonly string[] = ['cookie', 'set-cookie', 'authorization', 'proxy-authorization'];

/**
 * Names of headers that no queue gets, in addition to names with `signature` or `hmac`. `signatureHeaders` are the
 * headers from which the scheme reads its signature.
 */
export function withheldHeaders(signatureHeaders: readonly string[] = []): ReadonlySet<string> {
  return new Set([...credentials, ...signatureHeaders.map((name) => name.toLowerCase())]);
}

/**
 * The headers that a queue gets. A reader of its jobs must not be able to send them again as signed requests, or with
 * somebody's credentials.
 */
export function jobHeaders(headers: WebhookHeaders, withheld: ReadonlySet<string>): WebhookHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) => value !== undefined && !withheld.has(name) && !/signature|hmac/.test(name),
    ),
  );
}
