import type { IncomingMessage } from 'node:http';
import type { WebhookHeaders } from '../foundations/contracts/request';
import { plainHeaders } from '../foundations/plain-headers';

/** The headers of a request by lower-case name. Node joins repeated ones itself, except `set-cookie`. */
export function headersOf(request: Partial<IncomingMessage>): WebhookHeaders {
  const { headers } = request;
  if (headers === undefined || !hasUsualHeaders(request)) return plainHeaders(headers);
  const { 'set-cookie': cookies } = headers;
  return cookies === undefined
    ? (headers as WebhookHeaders)
    : { ...headers, 'set-cookie': [cookies].flat().join(', ') };
}

/**
 * Whether a request has its headers as Node has them. Others have theirs in any case, with arrays, as a Fetch `Headers`,
 * or none. A middleware may have replaced Node's own: they have a setter.
 */
function hasUsualHeaders({ headers }: Partial<IncomingMessage>): boolean {
  return typeof headers === 'object' && headers !== null && isUsual(headers);
}

function isUsual(headers: object): boolean {
  if (typeof (headers as Partial<Headers>).get === 'function') return false;
  return Object.entries(headers).every(
    ([name, value]) => name === 'set-cookie' || (name === name.toLowerCase() && typeof value === 'string'),
  );
}
