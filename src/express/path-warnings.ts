import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../foundations/contracts/logger';
import { withoutHiddenParams } from '../foundations/foreign-text';
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
  const isNew = newPaths();
  function warn(request: Routed, path: string): void {
    if (taken.has(request) || !isNew(path)) return;
    logSafely(
      logger,
      'warn',
      { code: 'PASSED_ON', path },
      'A POST with a signature came to a path that the router does not handle, and was passed on. If Bigmind sends to ' +
        "this path, mount the router there: app.use('/its/path', webhooks.router).",
    );
  }
  return function warnAtItsEnd(request, response) {
    // Express takes the params of this place off the request when it goes on.
    const path = printablePath(request);
    // Not every response is Node's own.
    if (typeof response.once === 'function') response.once('close', () => warn(request, path));
    else warn(request, path);
  };
}

/** Warns of deliveries whose response somebody else has begun: the sender does not learn what became of them. */
export function warnOfAnswered(logger: Logger): (request: Routed, response: ServerResponse) => void {
  const isNew = newPaths();
  return function warn(request, { statusCode: status }) {
    const path = printablePath(request);
    if (!isNew(path)) return;
    logSafely(
      logger,
      'warn',
      { code: 'ANSWERED_BEFORE', path, status },
      `Other code had begun to answer with ${status} before the router could, so the sender does not learn the outcome. ` +
        'Let nothing answer before the router; under Koa, set context.respond = false.',
    );
  };
}

/** The path of a request for the log: without the parameters that the log hides elsewhere. */
function printablePath(request: Routed): string {
  const path = withoutHiddenParams(pathOf(request.originalUrl ?? request.url ?? '/'), request.params);
  // A copy: a part of a long text would keep the whole.
  return Buffer.from(path.slice(0, longestPath)).toString();
}

/** Whether a path was not seen before. */
function newPaths(): (path: string) => boolean {
  const warned = new Set<string>();
  return (path) => {
    if (warned.has(path) || warned.size >= mostPaths) return false;
    warned.add(path);
    return true;
  };
}
