import type { CapturedRequest } from '../captured/captured-request';
import { parseCaptured } from '../captured/parse-captured';
import type { DeliveryLog } from './delivery-log';
import { createJudge } from './judge';
import { placeOf } from './place';
import { recordOf } from './record';
import { whyWrongPath, wrongPath } from './wrong-path';

/**
 * Puts saved deliveries into the log, each judged as of the time when it came.
 *
 * @returns how many lines could not be read
 */
export async function reloadSaved(
  lines: readonly string[],
  log: DeliveryLog,
  { secret, path }: { readonly secret: string | undefined; readonly path: string },
): Promise<number> {
  let now = 0;
  const judge = createJudge(secret, { now: () => now });
  let unread = 0;
  for (const line of lines) {
    const requests = requestsIn(line);
    if (requests === undefined) unread += 1;
    for (const request of requests ?? []) {
      now = request.receivedAt ?? 0;
      const verdict = await judge(request, true);
      const place = placeOf(request.url, path);
      const stray =
        request.answer?.outcome === wrongPath.outcome ? whyWrongPath(request, place, verdict, path) : undefined;
      const { answer, ...asked } = request;
      const delivery = recordOf({
        request: asked,
        place,
        verdict,
        app: undefined,
        stray,
        told: undefined,
        ms: answer?.ms ?? 0,
      });
      log.add(answer === undefined ? delivery : withAnswer(delivery, answer));
    }
  }
  return unread;
}

type Answer = NonNullable<CapturedRequest['answer']>;
type Delivery = ReturnType<typeof recordOf>;

/** The outcome of that time, which an app may have given. The reason of another outcome would mislead. */
function withAnswer(delivery: Delivery, { outcome = delivery.summary.outcome, status }: Answer): Delivery {
  const reason = outcome === delivery.summary.outcome ? delivery.reason : undefined;
  return { ...delivery, reason, summary: { ...delivery.summary, outcome, status } };
}

function requestsIn(line: string): readonly CapturedRequest[] | undefined {
  try {
    return line.trim() === '' ? [] : parseCaptured(line, { everyMethod: true });
  } catch {
    return undefined;
  }
}
