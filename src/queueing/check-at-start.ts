import type { Logger } from '../foundations/contracts/logger';
import type { DeliveryQueue } from '../foundations/contracts/queue';
import { describeError } from '../foundations/describe-error';
import { isWebhookError } from '../foundations/errors';
import { recovered } from '../foundations/maybe-promise';
import { logSafely } from '../foundations/tell';
import { withinMs } from '../foundations/timeouts';

/**
 * Returns a function for the start of a web process. It asks the queue whether it could hold a delivery, once, and logs
 * why not: otherwise the first delivery would tell.
 */
export function checkAtStart(queue: DeliveryQueue | undefined, logger: Logger, answerTimeoutMs: number): () => void {
  let isAsked = false;
  return () => {
    if (isAsked || queue?.ping === undefined) return;
    isAsked = true;
    void recovered(
      () => withinMs(queue.ping?.(), answerTimeoutMs, 'The queue'),
      (error) => tell(error, logger),
    );
  };
}

function tell(error: unknown, logger: Logger): void {
  if (isWebhookError(error)) {
    logSafely(logger, 'error', { code: error.code }, `The queue cannot hold deliveries. ${error.message}`);
    return;
  }
  const fields = { cause: describeError(error) };
  logSafely(logger, 'error', fields, 'The queue cannot hold deliveries: they are answered 503');
}
