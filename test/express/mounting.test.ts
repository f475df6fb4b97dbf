import type { Express, Router } from 'express';
import { keepRawBody } from '../../src/index';
import { signDelivery } from '../../src/testing';
import { referenceExamples } from '../fixtures/reference-examples';
import { expresses, noting, path, post, type Served, secret, serve } from './serve';

type Library = (typeof expresses)[number]['express'];
type WebhookRouter = ReturnType<typeof noting>['webhooks']['router'];

interface Mounting {
  readonly title: string;
  readonly mount: (app: Express, router: WebhookRouter, library: Library) => void;
  readonly to?: string;
  readonly params?: object;
}

const mountings: readonly Mounting[] = [
  { title: 'app.use at a path', mount: (app, router) => app.use(path, router) },
  { title: 'app.post at a path', mount: (app, router) => app.post(path, router) },
  { title: 'app.all at a path', mount: (app, router) => app.all(path, router) },
  { title: 'app.route', mount: (app, router) => app.route(path).post(router) },
  { title: 'app.use at the root', mount: (app, router) => app.use(router), to: '/' },
  { title: 'app.post at the root', mount: (app, router) => app.post('/', router), to: '/' },
  {
    title: 'a nested router with parameters',
    mount: (app, router, library) => app.use('/:region/hooks', nested(library).use('/:tenant', router)),
    to: '/eu/hooks/acme',
    params: { region: 'eu', tenant: 'acme' },
  },
  {
    title: 'a route of a nested router with parameters',
    mount: (app, router, library) => app.use('/:region/hooks', nested(library).post('/:tenant', router)),
    to: '/eu/hooks/a%20b',
    params: { region: 'eu', tenant: 'a b' },
  },
  { title: 'a query string', mount: (app, router) => app.use(path, router), to: `${path}?from=bigmind&x=/y` },
  { title: 'a query string on app.post', mount: (app, router) => app.post(path, router), to: `${path}?from=bigmind` },
  { title: 'a trailing slash', mount: (app, router) => app.use(path, router), to: `${path}/` },
  { title: 'a trailing slash on app.post', mount: (app, router) => app.post(path, router), to: `${path}/` },
  {
    title: 'express.json() after it',
    mount: (app, router, library) => app.use(path, router).use(library.json()),
  },
  {
    title: 'express.raw() before it',
    mount: (app, router, library) => app.use(path, library.raw({ type: '*/*', limit: '5mb' }), router),
  },
  {
    title: 'express.json({ verify: keepRawBody }) before it',
    mount: (app, router, library) => app.use(library.json({ verify: keepRawBody, limit: '5mb' })).use(path, router),
  },
  {
    title: 'express.json() for another content type before it',
    mount: (app, router, library) => app.use(library.json({ type: 'application/vnd.api+json' })).use(path, router),
  },
  {
    title: 'express.text() and urlencoded() for other types before it',
    mount: (app, router, library) => app.use(library.text(), library.urlencoded({ extended: false })).use(path, router),
  },
  {
    title: 'a body getter that throws',
    mount: (app, router) =>
      app.use((request, _response, next) => {
        Object.defineProperty(request, 'body', { get: () => JSON.parse('{') as unknown });
        next();
      }, router),
    to: '/',
  },
  {
    title: 'rawBody beside a parsed body, as Firebase has it',
    mount: (app, router, library) =>
      app.use(
        library.raw({ type: '*/*' }),
        (request, _response, next) => {
          const rawBody = request.body as Buffer;
          Object.assign(request, { rawBody, body: JSON.parse(rawBody.toString()) as unknown });
          next();
        },
        router,
      ),
    to: '/',
  },
  {
    title: 'a Uint8Array as body',
    mount: (app, router, library) =>
      app.use(
        library.raw({ type: '*/*' }),
        (request, _response, next) => {
          request.body = new Uint8Array(request.body as Buffer);
          next();
        },
        router,
      ),
    to: '/',
  },
];

function nested(library: Library): Router {
  return library.Router({ mergeParams: true });
}

describe.each(expresses)('under $name', ({ express }) => {
  describe.each(mountings)('with $title', ({ mount, to = path, params = {} }) => {
    const { webhooks, handled } = noting();
    let served: Served;

    beforeAll(async () => {
      const app = express();
      mount(app, webhooks.router, express);
      served = await serve(app);
    });
    afterAll(() => served.close());
    beforeEach(() => handled.splice(0));

    test('hands over every example of the reference as it was sent', async () => {
      for (const example of referenceExamples) {
        // White space is part of what is signed, and must be in rawBody.
        const signed = signDelivery({ payload: `${JSON.stringify(example, undefined, 1)}\n`, secret });
        const reply = await post(served.origin + to, signed);
        expect([reply.status, await reply.text()]).toEqual([200, '{"status":"processed"}']);
        const [seen, ...others] = handled.splice(0);
        expect(others).toStrictEqual([]);
        expect(seen?.event).toEqual(JSON.parse(signed.body));
        expect(seen?.context.rawBody.equals(Buffer.from(signed.body))).toBe(true);
        expect(seen?.context.params).toEqual(params);
      }
    });

    test('refuses a body changed after signing', async () => {
      const signed = signDelivery({ payload: referenceExamples[0], secret });
      const reply = await post(served.origin + to, { ...signed, body: signed.body.replace('meeting', 'Meeting') });
      expect(reply.status).toBe(401);
      expect(handled).toStrictEqual([]);
    });
  });
});
