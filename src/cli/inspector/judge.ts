import { type BigmindWebhooks, bigmindWebhooks, isWebhookError } from '../../index';
import type { CapturedRequest } from '../captured/captured-request';

/** What a receiver with the default options makes of a delivery. */
export interface Verdict {
  readonly outcome: string;
  readonly status: number;
  /** The name that the payload gives itself, genuine or not. */
  readonly event: string | undefined;
  /** Idempotency key, where the delivery is genuine and valid. */
  readonly key: string | undefined;
  /** Why it was refused, in words; never a value of the payload. */
  readonly reason: string | undefined;
}

export type Judge = (request: CapturedRequest) => Promise<Verdict>;

/**
 * Judges deliveries as the package does, and runs nothing.
 *
 * @param secret without it signatures are not checked
 * @throws WebhookError `BAD_SECRET`
 */
export function createJudge(secret: string | undefined): Judge {
  const webhooks = bigmindWebhooks({ logger: false, ...(secret === undefined ? { signature: false } : { secret }) });
  return (request) => judge(webhooks, request);
}

async function judge(webhooks: BigmindWebhooks, request: CapturedRequest): Promise<Verdict> {
  const event = claimedEvent(request.body);
  if (request.method !== 'POST') return refused('method-not-allowed', 405, 'Only POST is accepted.', event);
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== '') {
    return refused(
      'unsupported-encoding',
      415,
      'Content-Encoding is not accepted: which bytes would be signed?',
      event,
    );
  }
  try {
    const { key } = await webhooks.verify(request);
    return { outcome: 'processed', status: 200, event, key, reason: undefined };
  } catch (error) {
    if (!isWebhookError(error)) throw error;
    return refused(error.outcome ?? 'failed', error.status ?? 500, error.message.slice(error.code.length + 1), event);
  }
}

function refused(outcome: string, status: number, reason: string, event: string | undefined): Verdict {
  return { outcome, status, event, key: undefined, reason };
}

/** The longest name that is listed, in characters. */
const longestName = 100;

/** Before anything is verified: worth showing, and no more. */
function claimedEvent(body: Buffer): string | undefined {
  try {
    const payload: unknown = JSON.parse(body.toString('utf8'));
    if (typeof payload !== 'object' || payload === null || !('event' in payload)) return undefined;
    return typeof payload.event === 'string' ? payload.event.slice(0, longestName) : undefined;
  } catch {
    return undefined;
  }
}
