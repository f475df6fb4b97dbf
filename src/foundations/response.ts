import type { Settled } from './delivery';
import { errorDocsUrl } from './errors';
import { type Outcome, rowOf } from './outcomes';

/** An answer, ready for `new Response(reply.body, reply)` or any HTTP framework. */
export interface WebhookResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const problemType = 'application/problem+json; charset=utf-8';
const successType = 'application/json; charset=utf-8';

/**
 * The answer to a delivery; the caller may change it. Problems follow RFC 9457. They hold nothing but the outcome
 * table's row, another code and a schema error.
 */
export function responseTo({ outcome, details }: Settled): WebhookResponse {
  const { retryAfterMs, schemaError, code } = details;
  if (code !== undefined) return makeResponse(outcome, {}, code);
  if (schemaError !== undefined && outcome === 'invalid') return makeResponse(outcome, { errors: [schemaError] });
  const response = makeResponse(outcome);
  if (retryAfterMs === undefined) return response;
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return { ...response, headers: { ...response.headers, 'retry-after': String(seconds) } };
}

function makeResponse(outcome: Outcome, extra: object = {}, code = rowOf(outcome).code): WebhookResponse {
  const { status, title, retryAfterSeconds } = rowOf(outcome);
  if (code === undefined) {
    return { status, headers: { 'content-type': successType }, body: JSON.stringify({ status: outcome }) };
  }
  return {
    status,
    headers: {
      'content-type': problemType,
      ...(outcome === 'method-not-allowed' && { allow: 'POST' }),
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: JSON.stringify({ type: errorDocsUrl(code), title, status, code, ...extra }),
  };
}
