import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Clock } from '../foundations/contracts/clock';
import type { Logger } from '../foundations/contracts/logger';
import type { WebhookHeaders, WebhookParams } from '../foundations/contracts/request';
import { type RawDelivery, Settled } from '../foundations/delivery';
import { describeError } from '../foundations/describe-error';
import { WebhookError } from '../foundations/errors';
import type { MaybePromise } from '../foundations/maybe-promise';
import type { Measures, Report } from '../foundations/measures';
import { hasMethod } from '../foundations/option-checks';
import { plainParams } from '../foundations/plain-params';
import { responseTo } from '../foundations/response';
import { logSafely } from '../foundations/tell';
import { type Place, placeOf, type Routed } from './mount';
import { take, warnOfAnswered, warnOfPassedOn } from './path-warnings';
import { readRawBody } from './read-raw-body';
import type { ReadOptions } from './read-stream';
import { refuseNoResponse } from './refuse-mounting';
import { headersOf } from './request-headers';
import { hasGone, respond } from './respond';
import { readableRequest } from './stand-in';
import { Turns } from './turns';

/**
 * An Express router, for `app.use`, `app.post`, `app.all` and nested routers, in Express 4 and 5. Its type uses only
 * Node's own, so it fits both versions. It is a plain function and runs without Express, wrapped or not. Without `next`,
 * as in `http.createServer(webhooks.router)` or `http2.createServer(webhooks.router)`, it answers every path.
 */
export type WebhookRouter = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  next?: (error?: unknown) => void,
) => void;

export interface RouterOptions extends Omit<ReadOptions, 'turns'> {
  readonly clock: Clock;
  /** Handles a delivery whose bytes have arrived. Never throws or rejects. */
  readonly receive: (raw: RawDelivery) => MaybePromise<Settled>;
  /** Reports a request that was refused before its bytes arrived. */
  readonly refused: Report;
  /** Reports a success whose sender has gone. */
  readonly unheard: Report;
  /** The outcome of every delivery while the receiver is closing. */
  readonly closed: () => Settled | undefined;
  /** Whether the headers have one that may be a signature. */
  readonly looksSigned: (headers: WebhookHeaders) => boolean;
  readonly logger: Logger;
}

/** Handles the path it is mounted at. Longer paths go to `next()`. */
export function createRouter(options: RouterOptions): WebhookRouter {
  const reading: ReadOptions = { ...options, turns: new Turns() };
  const passedOn = warnOfPassedOn(options.logger);
  const answered = warnOfAnswered(options.logger);
  function bigmindWebhooks(
    request: IncomingMessage,
    response: ServerResponse,
    next?: Parameters<WebhookRouter>[2],
  ): void {
    if (request === undefined) throw new WebhookError('BAD_OPTION', calledByHand);
    if (typeof next === 'function' && !isOurs(request, placeOf(request, bigmindWebhooks, next), options)) {
      if (methodOf(request) === 'POST' && options.looksSigned(headersOf(request))) passedOn(request, response);
      next();
      return;
    }
    refuseNoResponse(response);
    take(request);
    const receivedAt = options.clock.now();
    function measures(): Measures {
      return { startedAt: receivedAt, params: paramsOf(request) };
    }
    function arrived(rawBody: Buffer | Settled): void {
      try {
        if (rawBody instanceof Settled) {
          options.refused(rawBody, measures());
          answer(rawBody);
          return;
        }
        const raw = { rawBody, headers: headersOf(request), params: paramsOf(request), receivedAt };
        const settled = options.receive(raw);
        if (settled instanceof Promise) settled.then(answer).catch(failed);
        else answer(settled);
      } catch (error) {
        failed(error);
      }
    }
    function answer(settled: Settled): void {
      const reply = responseTo(settled);
      if (response.headersSent) answered(request, response);
      else if (reply.status === 200 && hasGone(response)) options.unheard(settled, measures());
      respond(request, response, reply, { last: options.closed() !== undefined });
    }
    function failed(error: unknown): void {
      if (typeof next === 'function') next(error);
      else cutOff(response, error, options.logger);
    }
    const refused = refuse(request, options);
    if (refused === undefined) readRawBody(readableRequest(request), reading, arrived);
    else arrived(refused);
  }
  // Those of HTTP/2 have all that is used here.
  return bigmindWebhooks as WebhookRouter;
}

function refuse(request: IncomingMessage, { closed }: RouterOptions): Settled | undefined {
  return methodOf(request) === 'POST' ? closed() : new Settled('method-not-allowed');
}

/** Without `next` nobody else answers: the sender must notice, and repeat. */
function cutOff(response: ServerResponse, error: unknown, logger: Logger): void {
  if (hasMethod(response, 'destroy')) response.destroy();
  logSafely(logger, 'error', { cause: describeError(error) }, 'The answer could not be written');
}

const calledByHand =
  "router: called without a request. Hand it over without calling it: app.use('/path', webhooks.router).";

/** Probes, for which the user may have a route of their own behind ours. */
const probes: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** In upper case. A request that is not Node's own may have it in any case, as Express takes it. */
function methodOf({ method }: { readonly method?: unknown }): string {
  return typeof method === 'string' ? method.toUpperCase() : '';
}

/** In doubt, a request without a signature is somebody else's. */
function isOurs(request: IncomingMessage, place: Place, { looksSigned }: RouterOptions): boolean {
  if (place === 'route') return true;
  if (place === 'below' || probes.has(methodOf(request))) return false;
  return place === 'mount' || looksSigned(headersOf(request));
}

function paramsOf({ params }: Routed): WebhookParams {
  return { ...plainParams(params ?? {}) };
}

/**
 * For `express.json({ limit: '5mb', verify: keepRawBody })`: keeps the bytes of a request as `request.rawBody` when a parser
 * reads it first.
 */
export function keepRawBody(request: IncomingMessage, _response: ServerResponse, rawBody: Buffer): void {
  (request as { rawBody?: Buffer }).rawBody = rawBody;
}
