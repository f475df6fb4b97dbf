import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { WebhookHeaders } from '../foundations/contracts/request';
import { hasMethod } from '../foundations/option-checks';
import { plainHeaders } from '../foundations/plain-headers';

/** The headers of a request by lower-case name. Node joins repeated ones itself, except `set-cookie`. */
export function headersOf({ headers }: Partial<IncomingMessage>): WebhookHeaders {
  if (!isUsual(headers)) return plainHeaders(headers);
  const { 'set-cookie': cookies } = headers;
  return cookies === undefined
    ? (headers as WebhookHeaders)
    : { ...headers, 'set-cookie': [cookies].flat().join(', ') };
}

/**
 * Whether headers are as Node has them. Other requests have theirs in any case, with arrays, as a Fetch `Headers`, or
 * none. A middleware may have replaced Node's own: they have a setter.
 */
function isUsual(headers: unknown): headers is IncomingHttpHeaders {
  if (typeof headers !== 'object' || headers === null || hasMethod(headers, 'get')) return false;
  return Object.entries(headers).every(
    ([name, value]) => name === 'set-cookie' || (name === name.toLowerCase() && typeof value === 'string'),
  );
}
