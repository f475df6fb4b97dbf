import type { CapturedRequest } from '../captured/captured-request';
import { isAccepted } from '../is-accepted';
import type { Verdict } from './judge';
import type { Place } from './place';

/** The outcome of a request to a path where no delivery is received. A receiver passes it on; what stands there answers 404. */
export const wrongPath = { outcome: 'wrong-path', status: 404 } as const;

/** Why a request is no delivery, in words. A mistyped address would look like silence. */
export function whyWrongPath(
  { method, headers }: CapturedRequest,
  { path }: Place,
  verdict: Verdict,
  deliveryPath: string,
): string {
  if (isAccepted(verdict.status)) {
    return `This is a genuine delivery, sent to ${path}. Give its sender the address with ${deliveryPath} in place of that.`;
  }
  if (method === 'GET' && (headers['accept'] ?? '').includes('text/html')) {
    return 'A browser opened the receiver. The page has the address of the inspector.';
  }
  return `No delivery: ${method} ${path}. Deliveries are received by POST at ${deliveryPath}.`;
}
