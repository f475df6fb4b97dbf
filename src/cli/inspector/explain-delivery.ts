import { isLargeBody } from '../large-json';
import { withoutCredentials } from '../without-credentials';
import { bodyText } from './body-text';
import { type BodyWork, unexplained } from './body-work';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';
import { shortened } from './shortened';
import type { DeliveryDetail } from './wire';

/** How much of a large body is sent to the page unasked, in bytes. */
const beginning = 100_000;

interface Explaining {
  readonly log: DeliveryLog;
  readonly work: Pick<BodyWork, 'explain'>;
  readonly secret: string | undefined;
  /** Whether a large body is read, too. The page asks for its text separately. @default false */
  readonly all?: boolean;
}

/**
 * All about a delivery. It is computed when someone opens it, which keeps receiving fast and memory small. A large body is
 * read only with `all`: a stranger should cause no work that nobody asked for.
 */
export async function explainDelivery(
  logged: LoggedDelivery,
  { log, work, secret, all = false }: Explaining,
): Promise<DeliveryDetail> {
  const { summary, request, reason, key, app, steps, replays } = logged;
  const isLarge = isLargeBody(request.body);
  const isLeft = isLarge && !all;
  const text = bodyText(request.body, isLarge ? request.body.subarray(0, beginning) : undefined);
  return {
    ...summary,
    method: request.method,
    url: withoutCredentials(request.url),
    headers: Object.entries(request.headers).map(([name, value]) => [name, shortened(name, value)] as const),
    ...(text !== undefined && { text }),
    ...(reason !== undefined && { reason }),
    ...(key !== undefined && { key }),
    ...(app !== undefined && { app }),
    ...(steps !== undefined && { steps }),
    ...(isLeft
      ? { isLeft, signature: unexplained(secret), schemaErrors: [] }
      : await work.explain({ ...request, receivedAt: summary.receivedAt })),
    attempts: log.attemptsOf(logged),
    replays,
  };
}
