import { mayHoldCredential } from '../../foundations/credential-headers';
import { explainSignature, schemaErrors } from '../../testing';
import { isTooDeep, jsonIn } from '../json-in';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';
import type { DeliveryDetail, PlacedError, SignatureCheck } from './wire';

/** All about a delivery. It is computed when someone opens it, which keeps receiving fast and memory small. */
export function explainDelivery(logged: LoggedDelivery, log: DeliveryLog, secret: string | undefined): DeliveryDetail {
  const { summary, request, reason, key, app, steps, replays } = logged;
  const text = textOf(request.body);
  return {
    ...summary,
    method: request.method,
    url: request.url,
    headers: Object.entries(request.headers).map(([name, value]) => [name, shortened(name, value)] as const),
    ...(text !== undefined && { text }),
    ...(reason !== undefined && { reason }),
    ...(key !== undefined && { key }),
    ...(app !== undefined && { app }),
    ...(steps !== undefined && { steps }),
    signature: explainCheck(logged, secret),
    schemaErrors: text === undefined ? [] : findErrors(text),
    attempts: log.attemptsOf(logged),
    replays,
  };
}

/** The signature check at the time of the delivery: a timestamp that was fresh then is not stale now. */
export function explainCheck({ request, summary }: LoggedDelivery, secret: string | undefined): SignatureCheck {
  if (secret === undefined) return { checked: false, tried: [], causes: [] };
  const { headers, body } = request;
  return { checked: true, ...explainSignature({ headers, body, secret, now: summary.receivedAt }) };
}

function findErrors(text: string): readonly PlacedError[] {
  if (isTooDeep(text)) return [];
  const payload = jsonIn(text);
  return payload === undefined ? [] : schemaErrors(payload.value);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(body: Buffer): string | undefined {
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
}

/** Shortens values that sign or authorise to a quarter at most, since people share screenshots. */
function shortened(name: string, value: string): string {
  if (!mayHoldCredential(name)) return value;
  return `${value.slice(0, Math.min(16, Math.floor(value.length / 4)))}… (${value.length} characters)`;
}
