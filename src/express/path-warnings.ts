import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../foundations/contracts/logger';
import { logSafely } from '../foundations/tell';
import { pathOf, type Routed } from './mount';

/** How many paths are warned about, once each. After that, new ones get no warning. */
const mostPaths = 1000;
const longestPath = 256;

/** The requests that a router has taken. One that passes a request on cannot see whether another one takes it. */
const taken = new WeakSet<IncomingMessage>();

export function take(request: IncomingMessage): void {
  taken.add(request);
}

/** Warns of requests that look like deliveries, are passed on, and that no router takes: nobody else may answer them. */
export function warnOfPassedOn(logger: Logger): (request: Routed, response: ServerResponse) => void {
  const newPathOf = newPaths();
  function warn(request: Routed): void {
    const path = taken.has(request) ? undefined : newPathOf(request);
    if (path === undefined) return;
    logSafely(
      logger,
      'warn',
      { code: 'PASSED_ON', path },
      'A POST with a signature came to a path that the router does not handle, and was passed on. If Bigmind sends to ' +
        "this path, mount the router there: app.use('/its/path', webhooks.router).",
    );
  }
  return function warnAtItsEnd(request, response) {
    // Not every response is Node's own.
    if (typeof response.once === 'function') response.once('close', () => warn(request));
    else warn(request);
  };
}

/** Warns of deliveries whose response somebody else has begun: the sender does not learn what became of them. */
export function warnOfAnswered(logger: Logger): (request: Routed, response: ServerResponse) => void {
  const newPathOf = newPaths();
  return function warn(request, { statusCode: status }) {
    const path = newPathOf(request);
    if (path === undefined) return;
    logSafely(
      logger,
      'warn',
      { code: 'ANSWERED_BEFORE', path, status },
      `Other code had begun to answer with ${status} before the router could, so the sender does not learn the outcome. ` +
        'Let nothing answer before the router; under Koa, set context.respond = false.',
    );
  };
}

/** Gives the path of a request if it is the first of that path. */
function newPaths(): (request: Routed) => string | undefined {
  const warned = new Set<string>();
  return (request) => {
    const path = pathOf(request.originalUrl ?? request.url ?? '/').slice(0, longestPath);
    if (warned.has(path) || warned.size >= mostPaths) return undefined;
    warned.add(path);
    return path;
  };
}
