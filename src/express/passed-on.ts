import type { Logger } from '../foundations/contracts/logger';
import { logSafely } from '../foundations/tell';
import { pathOf, type Routed } from './mount';

/** How many paths are warned about, once each. After that, new ones get no warning. */
const mostPaths = 1000;
const longestPath = 256;

/** Warns of requests that look like deliveries and are passed on: nobody else may answer them. */
export function warnOfPassedOn(logger: Logger): (request: Routed) => void {
  const warned = new Set<string>();
  return function warn(request) {
    const path = pathOf(request.originalUrl ?? request.url ?? '/').slice(0, longestPath);
    if (warned.has(path) || warned.size >= mostPaths) return;
    warned.add(path);
    logSafely(
      logger,
      'warn',
      { code: 'PASSED_ON', path },
      'A POST with a signature came to a path that the router does not handle, and was passed on. If Bigmind sends to ' +
        "this path, mount the router there: app.use('/its/path', webhooks.router).",
    );
  };
}
