import { WebhookError } from '../foundations/errors';

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
