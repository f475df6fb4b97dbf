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
