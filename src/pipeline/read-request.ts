import { bytesOf } from '../foundations/bytes-of';
import type { WebhookHeaders, WebhookParams } from '../foundations/contracts/request';
import { because, type RawDelivery, Settled } from '../foundations/delivery';
import { isRecord } from '../foundations/is-record';
import { ignoreRejection, isThenable } from '../foundations/maybe-promise';
import { awaitIt, hasMethod, show } from '../foundations/option-checks';
import { plainHeaders } from '../foundations/plain-headers';
import { plainParams } from '../foundations/plain-params';
import { type BodyRules, misread, refuseEncoded, refuseLarge } from '../foundations/refuse-body';
import type { WebhookRequest } from '../receiver';

/** Reads the argument of `receive`; refuses any method but POST, and everything while the receiver is `closing`. */
export function readPost(
  request: WebhookRequest,
  receivedAt: number,
  rules: BodyRules,
  closing: Settled | undefined,
): RawDelivery | Settled {
  // As for body and params, null means absent. Anything that is no request is refused below.
  const method = (request as WebhookRequest | null | undefined)?.method ?? 'POST';
  if (method.toUpperCase() !== 'POST') return new Settled('method-not-allowed');
  return closing ?? readRequest(request, receivedAt, rules);
}

/** Reads the argument of `receive` or `verify`, and refuses what the router would refuse. */
export function readRequest(
  request: Omit<WebhookRequest, 'method'>,
  receivedAt: number,
  rules: BodyRules,
): RawDelivery | Settled {
  const noRequest = refuseNoRequest(request);
  if (noRequest !== undefined) return noRequest;
  const body: unknown = request.body;
  const unawaited = promisedPart(request);
  if (unawaited !== undefined) return misread(`request.${unawaited} is a promise: await it.`);
  const given: unknown = request.headers;
  const noHeaders = isNoHeaders(given) ? `Expected headers as an object or a Headers, got ${show(given)}.` : undefined;
  const headers = plainHeaders(given);
  const passed = bytesOf(body);
  if (passed === undefined && !isNoBody(body, headers)) {
    return misread(`Expected body as a string, Uint8Array or ArrayBuffer, got ${whatCame(body)}.`);
  }
  const rawBody = passed ?? Buffer.alloc(0);
  const whyNoBody = passed === undefined ? sayNoBody(body, Object.hasOwn(request, 'body')) : undefined;
  const refused = refuseEncoded(headers) ?? rules.refuseUnsigned(headers) ?? refuseLarge(rawBody.length, rules);
  if (refused !== undefined) return because(noHeaders ?? whyNoBody, refused);
  const raw = { rawBody, headers, params: plainParams(request.params ?? {}), receivedAt };
  return whyNoBody === undefined ? raw : { ...raw, whyNoBody };
}

/** Refuses what is passed in place of a request: nothing, a promise of one, or its body alone. */
function refuseNoRequest(request: unknown): Settled | undefined {
  if (isRecord(request) && !isThenable(request)) return undefined;
  return misread(`Expected { headers, body }, got ${show(request)}. ${awaitIt(request)}`.trimEnd());
}

/** Whether headers were passed in a form that has no names, such as a list of pairs. A request without headers is unsigned. */
function isNoHeaders(given: unknown): boolean {
  return given !== undefined && given !== null && (typeof given !== 'object' || Array.isArray(given));
}

/** The part of a request that is still a promise: the body, and in newer frameworks the others, too. */
function promisedPart(request: Omit<WebhookRequest, 'method'>): string | undefined {
  for (const part of ['body', 'headers', 'params'] as const) {
    const given: unknown = request[part];
    if (!isThenable(given)) continue;
    ignoreRejection(given);
    return part;
  }
  return undefined;
}

function whatCame(body: unknown): string {
  const isStream = ['getReader', 'pipe', 'stream'].some((method) => hasMethod(body, method));
  return isStream ? 'a stream: read it first, as in await request.arrayBuffer()' : `${typeof body}: pass it unparsed`;
}

/** The path parameters of a request that was refused; `undefined` if they cannot be read. */
export function paramsIn(request: Pick<WebhookRequest, 'params'>): WebhookParams | undefined {
  try {
    return request.params && plainParams(request.params);
  } catch {
    return undefined;
  }
}

/** Strangers send requests without a body. Platforms pass `null` for it then, and parsers of Express 4 `{}`. */
function isNoBody(body: unknown, headers: WebhookHeaders): boolean {
  if (body === null || body === undefined) return true;
  return typeof body === 'object' && Object.keys(body).length === 0 && haveNoBody(headers);
}

/** Whether these are all headers of a request, and announce no body. */
function haveNoBody({ host, 'content-length': length, 'transfer-encoding': coding }: WebhookHeaders): boolean {
  return length === undefined ? host !== undefined && coding === undefined : Number(length) === 0;
}

function sayNoBody(body: unknown, isPassed: boolean): string {
  const given = isPassed ? (JSON.stringify(body) ?? 'undefined') : 'missing';
  return `No body was passed (body is ${given}). Pass what came, unparsed, as text or bytes.`;
}
