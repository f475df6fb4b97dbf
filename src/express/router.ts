import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebhookHeaders, WebhookParams } from '../foundations/contracts/request';
import { type RawDelivery, Settled } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import { responseTo } from '../foundations/response';
import { readRawBody } from './read-raw-body';
import type { ReadOptions } from './read-stream';
import { respond } from './respond';

/**
 * An Express router, for `app.use`, `app.post`, `app.all` and nested routers, in Express 4 and 5. Its type uses only
 * `node:http`, so it fits both versions. It is a plain function and runs without Express.
 */
export type WebhookRouter = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export interface RouterOptions extends ReadOptions {
  readonly clock: { now(): number };
  /** Handles a delivery whose bytes have arrived. Never throws or rejects. */
  readonly receive: (raw: RawDelivery) => MaybePromise<Settled>;
  /** Reports a request that was refused before its bytes arrived. */
  readonly refused: (settled: Settled, receivedAt: number) => void;
  /** The outcome of every delivery while the receiver is closing. */
  readonly closed: () => Settled | undefined;
}

/** A request with the properties that Express adds. */
type Routed = IncomingMessage & {
  readonly params?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly route?: { readonly stack?: readonly { readonly handle?: unknown }[] };
};

/** Handles the path it is mounted at. Longer paths go to `next()`. */
export function createRouter(options: RouterOptions): WebhookRouter {
  return function bigmindWebhooks(request, response, next) {
    if (!isMountPath(request, bigmindWebhooks)) {
      next();
      return;
    }
    const receivedAt = options.clock.now();
    function arrived(rawBody: Buffer | Settled): void {
      try {
        if (rawBody instanceof Settled) {
          options.refused(rawBody, receivedAt);
          answer(rawBody);
          return;
        }
        const raw = { rawBody, headers: headersOf(request), params: paramsOf(request), receivedAt };
        const settled = options.receive(raw);
        if (settled instanceof Promise) settled.then(answer).catch(next);
        else answer(settled);
      } catch (error) {
        next(error);
      }
    }
    function answer(settled: Settled): void {
      respond(request, response, responseTo(settled));
    }
    const refused = refuse(request, options);
    if (refused === undefined) readRawBody(request, options, arrived);
    else arrived(refused);
  };
}

function refuse(request: IncomingMessage, { closed }: RouterOptions): Settled | undefined {
  return request.method === 'POST' ? closed() : new Settled('method-not-allowed');
}

/** `app.use` strips the mount path and leaves `/`. `app.post` does not, but its route's stack holds this router. */
function isMountPath(request: Routed, router: WebhookRouter): boolean {
  const url = request.url ?? '/';
  if (url === '/' || url.startsWith('/?')) return true;
  if (request.route?.stack?.some(({ handle }) => handle === router)) return true;
  return !url.startsWith('/') && URL.canParse(url) && new URL(url).pathname === '/';
}

/** Node joins repeated headers itself, except `set-cookie`. */
function headersOf({ headers }: IncomingMessage): WebhookHeaders {
  if (headers['set-cookie'] === undefined) return headers as WebhookHeaders;
  return { ...headers, 'set-cookie': headers['set-cookie'].join(', ') };
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

/** Express 5 gives a wildcard's segments as an array. */
function paramsOf({ params }: Routed): WebhookParams {
  if (params === undefined || isEmpty(params)) return {};
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.join('/') : (value as string)]),
  );
}

/**
 * For `express.json({ verify: keepRawBody })`: keeps the bytes of a request as `request.rawBody` when a parser reads it
 * first.
 */
export function keepRawBody(request: IncomingMessage, _response: ServerResponse, rawBody: Buffer): void {
  (request as { rawBody?: Buffer }).rawBody = rawBody;
}
