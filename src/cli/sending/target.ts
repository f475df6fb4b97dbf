import type { CapturedRequest } from '../captured/captured-request';

/** Headers that belong to one connection (RFC 9110, section 7.6.1), and those that say where it goes. */
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

/** The headers that are sent on, as they came. */
export function headersToSend({ headers }: CapturedRequest): Record<string, string> {
  const named = new Set((headers['connection'] ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !ofTheConnection.has(name) && !named.has(name) && !name.startsWith(':')),
  );
}

/**
 * The address of an app, or why it is none.
 *
 * @throws Error
 */
export function parseTarget(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error('expected an address that begins with http:// or https://');
  }
  if (url.username !== '' || url.password !== '') throw new Error('expected an address without user and password');
  return url;
}
