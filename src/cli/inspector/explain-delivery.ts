import { explainSignature, schemaErrors } from '../../testing';
import { isTooDeep, jsonIn } from '../json-in';
import { isLarge } from '../large-json';
import { brokenPlace } from './check-payload';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';
import { shortened } from './shortened';
import type { DeliveryDetail, SignatureCheck } from './wire';

/** How much of a large body is sent to the page unasked, in characters. */
const beginning = 100_000;

/** Compiles the schemas that list all errors. It takes a second, which the first delivery that is opened would wait for. */
export function prepareExplanations(): void {
  schemaErrors({ event: 'notes_created' });
}

/**
 * All about a delivery. It is computed when someone opens it, which keeps receiving fast and memory small. A large body is
 * read only with `all`: a stranger's could hold up everything else.
 */
export function explainDelivery(
  logged: LoggedDelivery,
  log: DeliveryLog,
  secret: string | undefined,
  all = false,
): DeliveryDetail {
  const { summary, request, reason, key, app, steps, replays } = logged;
  const text = textOf(request.body);
  const isLeft = !all && isLarge(text ?? request.body.toString('latin1'));
  return {
    ...summary,
    method: request.method,
    url: request.url,
    headers: Object.entries(request.headers).map(([name, value]) => [name, shortened(name, value)] as const),
    ...(text !== undefined && { text: isLeft ? text.slice(0, beginning) : text }),
    ...(reason !== undefined && { reason }),
    ...(key !== undefined && { key }),
    ...(app !== undefined && { app }),
    ...(steps !== undefined && { steps }),
    ...(isLeft
      ? { isLeft, signature: unexplained(secret), schemaErrors: [] }
      : { signature: explainCheck(logged, secret), ...readPayload(text) }),
    attempts: log.attemptsOf(logged),
    replays,
  };
}

function unexplained(secret: string | undefined): SignatureCheck {
  return { checked: secret !== undefined, tried: [], causes: [] };
}

/** The signature check at the time of the delivery: a timestamp that was fresh then is not stale now. */
export function explainCheck({ request, summary }: LoggedDelivery, secret: string | undefined): SignatureCheck {
  if (secret === undefined) return unexplained(secret);
  const { headers, body } = request;
  return { checked: true, ...explainSignature({ headers, body, secret, now: summary.receivedAt }) };
}

function readPayload(text: string | undefined): Pick<DeliveryDetail, 'schemaErrors' | 'broken'> {
  if (text === undefined || text === '' || isTooDeep(text)) return { schemaErrors: [] };
  const payload = jsonIn(text);
  if (payload !== undefined) return { schemaErrors: schemaErrors(payload.value) };
  const broken = brokenPlace(text);
  return { schemaErrors: [], ...(broken && { broken }) };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(body: Buffer): string | undefined {
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
}
