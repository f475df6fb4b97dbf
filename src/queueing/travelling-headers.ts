import type { WebhookHeaders } from '../contracts';

const credentials: readonly string[] = ['cookie', 'set-cookie', 'authorization', 'proxy-authorization'];

/**
 * The headers that a queue is given: whoever can read its jobs must not be able to send them again as genuine requests,
 * nor in anybody's name. `signatureHeaders` are those that the scheme reads its signature from, whatever their names.
 */
export function travellingHeaders(headers: WebhookHeaders, signatureHeaders: readonly string[]): WebhookHeaders {
  const secret = new Set([...credentials, ...signatureHeaders.map((name) => name.toLowerCase())]);
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) => value !== undefined && !secret.has(name) && !/signature|hmac/.test(name),
    ),
  );
}
