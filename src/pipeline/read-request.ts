import { isAnyArrayBuffer } from 'node:util/types';
import type { WebhookHeaders } from '../foundations/contracts/request';
import { type RawDelivery, Settled } from '../foundations/delivery';
import type { WebhookRequest } from '../receiver';

/** Reads the argument of `receive`; refuses any method but POST. */
export function readPost(request: WebhookRequest, receivedAt: number): RawDelivery | Settled {
  const { method = 'POST' } = request;
  return method.toUpperCase() === 'POST' ? readRequest(request, receivedAt) : new Settled('method-not-allowed');
}

/** Reads the argument of `receive` or `verify`. */
export function readRequest(request: Omit<WebhookRequest, 'method'>, receivedAt: number): RawDelivery | Settled {
  const rawBody = bytesOf(request.body);
  if (rawBody === undefined) {
    const reason = `expected body as a string, Uint8Array or ArrayBuffer, got ${typeof request.body}: pass it unparsed.`;
    return new Settled('misconfigured', { reason: `BODY_ALREADY_PARSED: ${reason}` });
  }
  return { rawBody, headers: headersOf(request.headers), params: request.params ?? {}, receivedAt };
}

/** The bytes of a body, not copied; for a string, its UTF-8. */
function bytesOf(body: unknown): Buffer | undefined {
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (Buffer.isBuffer(body)) return body;
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (isAnyArrayBuffer(body)) return Buffer.from(body);
  return body === null || body === undefined ? Buffer.alloc(0) : undefined;
}

/** Makes objects that inherit nothing, not even `constructor`. They fill faster than those of `Object.create(null)`. */
const Inheritless = function Inheritless() {} as unknown as new () => Record<string, string>;
Inheritless.prototype = Object.create(null) as Record<string, string>;

/**
 * Headers by lower-case name. Repeated ones are joined as Node and `Headers` do, so that strict grammars refuse them.
 */
function headersOf(given: WebhookRequest['headers']): WebhookHeaders {
  const headers = new Inheritless();
  if (typeof given !== 'object' || given === null) return headers;
  if (isHeaders(given)) {
    given.forEach((value, name) => {
      add(headers, name, value);
    });
    return headers;
  }
  for (const name of Object.keys(given)) {
    const value: unknown = given[name];
    if (value !== undefined && value !== null) add(headers, name, value);
  }
  return headers;
}

function add(headers: Record<string, string>, name: unknown, value: unknown): void {
  const lower = textOf(name).toLowerCase();
  const text = Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value);
  const before = headers[lower];
  headers[lower] = before === undefined ? text : `${before}, ${text}`;
}

/** Without TypeScript, a name or value may be anything, and converting it to a string may throw. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/**
 * Recognised by its methods: a Fetch `Headers` may be the platform's, undici's or a polyfill's. It has no own
 * properties.
 */
function isHeaders(given: object): given is Headers {
  return typeof (given as Headers).forEach === 'function' && typeof (given as Headers).get === 'function';
}
