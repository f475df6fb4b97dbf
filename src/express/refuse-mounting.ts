import { WebhookError } from '../foundations/errors';
import { hasMethod } from '../foundations/option-checks';

/**
 * Makes `app.use(receiver)` throw what to write instead. Express would say that it needs a function; so the receiver is
 * one. Express reads `handle` of whatever is mounted, to see whether it is an application, and then this throws.
 */
export function refuseMounting<Receiver extends object>(receiver: Receiver): Receiver {
  const refusing = Object.defineProperties(() => refuse(), Object.getOwnPropertyDescriptors(receiver));
  return Object.defineProperty(refusing, 'handle', { get: refuse }) as unknown as Receiver;
}

function refuse(): never {
  throw new WebhookError(
    'BAD_OPTION',
    "app.use: the receiver itself is no middleware. Mount its router: app.use('/path', webhooks.router).",
  );
}

/**
 * Refuses a call with a response after the request. As a route of Express, `webhooks.receive` would never answer; as one of
 * Fastify, whose reply has the response as `raw`, it would answer each delivery 200, also those that it refuses.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function refuseRoute(method: string, [response]: readonly unknown[]): void {
  const { raw } = (response ?? {}) as { readonly raw?: unknown };
  if (!hasMethod(response, 'writeHead') && !hasMethod(raw, 'writeHead')) return;
  throw new WebhookError(
    'BAD_OPTION',
    `${method}: called as a route. In Express, mount the router: app.use('/path', webhooks.router). Elsewhere, pass it ` +
      '{ headers, body } and answer with what it returns, as docs/frameworks.md shows.',
  );
}

/**
 * Refuses what no answer can be written to: it would end the process when the answer is there. Koa passes
 * `(context, next)` to what it is given, Fastify `(request, reply)`, Next.js and Lambda what they have.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function refuseNoResponse(response: unknown): void {
  if (hasMethod(response, 'writeHead') && hasMethod(response, 'end')) return;
  throw new WebhookError(
    'BAD_OPTION',
    'router: called without a response of node:http. In Koa, write context.respond = false; ' +
      'webhooks.router(context.req, context.res). In Fastify, Next.js or Lambda, call webhooks.receive({ headers, body }) ' +
      'and answer with what it returns, as docs/frameworks.md shows.',
  );
}
