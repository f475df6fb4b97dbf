import type { IncomingMessage } from 'node:http';
import type { WebhookHeaders } from '../foundations/contracts/request';
import { plainHeaders } from '../foundations/plain-headers';

/** The headers of a request, as `receive()` reads them too. Other requests than Node's own have theirs in any form, or none. */
export function headersOf({ headers }: Partial<IncomingMessage>): WebhookHeaders {
  return plainHeaders(headers);
}
