import type { QueuedDelivery } from '../foundations/contracts/queue';
import type { TraceContext } from '../foundations/contracts/trace-context';
import type { EventDelivery } from '../foundations/delivery';
import { jobHeaders } from './job-headers';

/** The parts of a job that do not come from the delivery itself. */
export interface JobParts {
  /** Idempotency key. */
  readonly key: string;
  /** What the `locals` option returned. */
  readonly locals: unknown;
  /** Names of headers that a job does not hold. */
  readonly withheld: ReadonlySet<string>;
  readonly trace: TraceContext | undefined;
}

/** Writes a delivery as a job. */
export function writeJob({ delivery, event }: EventDelivery, parts: JobParts): QueuedDelivery {
  const { raw, tenant, scheme } = delivery;
  const { key, locals, withheld, trace } = parts;
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
    ...(trace !== undefined && { trace }),
    rawBody: raw.rawBody.toString('base64'),
  };
}
