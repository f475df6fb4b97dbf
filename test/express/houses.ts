import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, RequestHandler } from 'express';
import { type expresses, type noting, path } from './serve';

type Library = (typeof expresses)[number]['express'];
type Router = ReturnType<typeof noting>['webhooks']['router'];
type Next = (error?: unknown) => void;

/** What people, frameworks and APMs put around a handler. */
export const wrappers: Record<string, (router: Router) => RequestHandler> = {
  nothing: (router) => router,
  'an arrow': (router) => (request, response, next) => router(request, response, next),
  'an async function': (router) => async (request, response, next) => {
    await Promise.resolve();
    return router(request, response, next);
  },
  'a handler of rejections': (router) => (request, response, next) => {
    Promise.resolve(router(request, response, next)).catch(next);
  },
  bind: (router) => router.bind(undefined) as RequestHandler,
  'a Proxy': (router) => new Proxy(router, {}),
  'an APM that wraps next() too': (router) =>
    function traced(this: unknown, ...[request, response, next]: [IncomingMessage, ServerResponse, Next]) {
      return router.apply(this, [request, response, (error?: unknown) => next(error)]);
    },
  'a promise that next() resolves': (router) => (request, response, next) => {
    void new Promise<unknown>((resolve) => router(request, response, resolve)).then(() => next());
  },
};

export interface Mount {
  readonly at: (app: Express, handler: RequestHandler, library: Library) => unknown;
  /** Whether what is below reaches the router at all. */
  readonly used: boolean;
  readonly to?: string;
}

export const mounts: Record<string, Mount> = {
  'app.use': { used: true, at: (app, handler) => app.use(path, handler) },
  'app.use at the root': { used: true, to: '/', at: (app, handler) => app.use(handler) },
  'app.post': { used: false, at: (app, handler) => app.post(path, handler) },
  'app.post with others before it': {
    used: false,
    at: (app, handler) => app.post(path, (_request, _response, next) => next(), handler),
  },
  'app.post at several paths': { used: false, at: (app, handler) => app.post(['/other', path], handler) },
  'app.post with a parameter': { used: false, at: (app, handler) => app.post('/webhooks/:sender', handler) },
  'app.post at a pattern': { used: false, at: (app, handler) => app.post(/^\/webhooks\/big/, handler) },
  'app.all': { used: false, at: (app, handler) => app.all(path, handler) },
  'app.route': { used: false, at: (app, handler) => app.route(path).post(handler) },
  'a nested router': {
    used: true,
    at: (app, handler, library) => app.use('/webhooks', library.Router().use('/bigmind', handler)),
  },
  'a route of a nested router': {
    used: false,
    at: (app, handler, library) => app.use('/webhooks', library.Router().post('/bigmind', handler)),
  },
};

/** Routes that a request was in before it came to ours; `request.route` still names them. */
export const earlier: Record<string, (app: Express, library: Library) => unknown> = {
  'nothing before': () => {},
  'a route at its path before': (app) =>
    ['/', path, `${path}/more`].map((each) => app.all(each, (_request, _response, next) => next())),
  'a route at every path before': (app) => app.all(/.*/, (_request, _response, next) => next()),
  'a router before': (app, library) => app.use(library.Router().post(path, (_request, _response, next) => next())),
};
