import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebhookHeaders, WebhookParams } from '../foundations/contracts/request';
import { type RawDelivery, Settled } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import { responseTo } from '../foundations/response';
import { readRawBody } from './read-raw-body';
import type { ReadOptions } from './read-stream';
import { respond } from './respond';

/**
 * An Express router, for `app.use`, `app.post`, `app.all` and nested routers, in Express 4 and 5. It is typed on
 * `node:http`, so that it fits the types of either, and it is a plain function: it needs no Express to run.
 */
export type WebhookRouter = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export interface RouterOptions extends ReadOptions {
  readonly clock: { now(): number };
  /** What becomes of a delivery whose bytes arrived. Never throws or rejects. */
  readonly receive: (raw: RawDelivery) => MaybePromise<Settled>;
  /** What is to be said of a request that ended before its bytes arrived. */
  readonly refused: (settled: Settled, receivedAt: number) => void;
  /** An outcome for everybody, while the receiver is closing. */
  readonly closed: () => Settled | undefined;
}

/** What Express puts onto a request. */
type Routed = IncomingMessage & {
  readonly params?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly route?: { readonly stack?: readonly { readonly handle?: unknown }[] };
};

/** Handles the path it is mounted at; what is below falls through. */
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

/** `app.use` strips the mount path and leaves `/`; `app.post` does not, but names us in the route's stack. */
function isMountPath(request: Routed, router: WebhookRouter): boolean {
  const url = request.url ?? '/';
  if (url === '/' || url.startsWith('/?')) return true;
  if (request.route?.stack?.some(({ handle }) => handle === router)) return true;
  return !url.startsWith('/') && URL.canParse(url) && new URL(url).pathname === '/';
}

/** Node joins repeated headers itself, but for this one. */
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
 * For `express.json({ verify: keepRawBody })`: keeps the bytes of requests that a parser reads before us, as
 * `request.rawBody`.
 */
export function keepRawBody(request: IncomingMessage, _response: ServerResponse, rawBody: Buffer): void {
  (request as { rawBody?: Buffer }).rawBody = rawBody;
}
