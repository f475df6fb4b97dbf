import type { QueuedDelivery, QueuedReplay } from '../foundations/contracts/queue';
import type { WebhookHeaders } from '../foundations/contracts/request';
import type { TraceContext } from '../foundations/contracts/trace-context';
import type { EventDelivery } from '../foundations/delivery';

/** The parts of a job that do not come from the delivery itself. */
export interface JobParts {
  /** Idempotency key, or for a replay the job's own. */
  readonly key: string;
  /** What the `locals` option returned. */
  readonly locals: unknown;
  /** Leaves out headers with credentials. */
  readonly keepHeaders: (headers: WebhookHeaders) => WebhookHeaders;
  readonly trace: TraceContext | undefined;
  readonly replay: QueuedReplay | undefined;
}

/** Writes a delivery as a job. */
export function writeJob({ delivery, event }: EventDelivery, parts: JobParts): QueuedDelivery {
  const { raw, tenant, scheme } = delivery;
  const { key, locals, keepHeaders, trace, replay } = parts;
  return {
    version: replay === undefined ? 1 : 2,
    key,
    event: event.event,
    ...(tenant !== undefined && { tenant }),
    scheme,
    receivedAt: raw.receivedAt,
    headers: keepHeaders(raw.headers),
    params: Object.fromEntries(Object.entries(raw.params).filter(([, value]) => value !== undefined)),
    ...(locals !== undefined && { locals }),
    ...(trace !== undefined && { trace }),
    ...(replay !== undefined && { priority: 'low', replay }),
    rawBody: raw.rawBody.toString('base64'),
  };
}
