import type { QueuedDelivery } from '../foundations/contracts/queue';
import type { EventDelivery } from '../foundations/delivery';
import { jobHeaders } from './job-headers';

/** What a delivery is made of beside itself when it is written down for a queue. */
export interface JobParts {
  /** Idempotency key. */
  readonly key: string;
  /** What the `locals` option returned. */
  readonly locals: unknown;
  /** Names of headers that stay behind. */
  readonly withheld: ReadonlySet<string>;
}

/** A delivery, as a queue holds it. */
export function writeJob({ delivery, event }: EventDelivery, parts: JobParts): QueuedDelivery {
  const { raw, tenant, scheme } = delivery;
  const { key, locals, withheld } = parts;
  return {
    version: 1,
    key,
    event: event.event,
    ...(tenant !== undefined && { tenant }),
    scheme,
    receivedAt: raw.receivedAt,
    headers: jobHeaders(raw.headers, withheld),
    params: Object.fromEntries(Object.entries(raw.params).filter(([, value]) => value !== undefined)),
    ...(locals !== undefined && { locals }),
    rawBody: raw.rawBody.toString('base64'),
  };
}
