import type { CapturedRequest } from '../captured/captured-request';

/** Headers of one connection (RFC 9110, section 7.6.1) or of its address. They are not sent on. */
const ofTheConnection = new Set([
  'connection',
  'expect',
  'host',
  'keep-alive',
  'content-length',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers to send on, as they came. */
export function headersToSend({ headers }: CapturedRequest): Record<string, string> {
  const named = new Set((headers['connection'] ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !ofTheConnection.has(name) && !named.has(name) && !name.startsWith(':')),
  );
}

/**
 * Parses the address of an app or a receiver.
 *
 * @throws Error saying what was expected
 */
export function parseTarget(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error('expected an address that begins with http:// or https://');
  }
  if (url.username !== '' || url.password !== '') throw new Error('expected an address without user and password');
  return url;
}
