import { createHash } from 'node:crypto';
import type { CapturedRequest } from '../captured/captured-request';

/** Names of headers with the id of a delivery: `webhook-id`, `svix-id`, `x-webhook-delivery-id` and the like. */
const idHeader = /^(?:[\w-]*webhook-id|svix-id|[\w-]*delivery(?:-id)?)$/;

/** The marks that attempts of one delivery share: the bytes, the idempotency key or the delivery id. */
export function attemptMarks(
  { method, url, headers, body }: CapturedRequest,
  key: string | undefined,
): readonly string[] {
  const ids = Object.entries(headers).filter(([name, value]) => idHeader.test(name) && value !== '');
  return [
    // All empty bodies are alike: without bytes, it is the request that is repeated.
    body.length === 0 ? `request ${hashOf(`${method} ${url}`)}` : `bytes ${hashOf(body)}`,
    ...(key === undefined ? [] : [`key ${key}`]),
    // A stranger chooses their length and number.
    ...ids.slice(0, 1).map(([name, value]) => `id ${hashOf(`${name}: ${value}`)}`),
  ];
}

function hashOf(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('base64');
}
