import type { RequestHandler } from 'express';
import fc from 'fast-check';
import { examplePayload, signDelivery } from '../../src/testing';
import { earlier, mounts, wrappers } from './houses';
import { keepersOf, sendInPieces, sendings } from './keepers';
import { expresses, noting, path, secret, serve } from './serve';

/** Middleware that leaves the body alone. */
const others: Readonly<Record<string, RequestHandler>> = {
  'sets headers': (_request, response, next) => {
    response.setHeader('x-powered-by', 'somebody');
    next();
  },
  'waits a turn': (_request, _response, next) => void setImmediate(next),
  'waits for a database': (_request, _response, next) => void setTimeout(next, 2),
  'awaits a promise': async (_request, _response, next) => {
    await Promise.resolve();
    next();
  },
  'listens to the end of the answer': (request, response, next) => {
    response.once('finish', () => request.headers);
    next();
  },
  'wraps write and end': (_request, response, next) => {
    response.write = response.write.bind(response) as typeof response.write;
    response.end = response.end.bind(response) as typeof response.end;
    next();
  },
  'adds a query': (request, _response, next) => {
    request.url = `${request.url}?seen=1`;
    next();
  },
};

/** All are JSON: somebody else's parser may answer for what is none. */
const forgeries: Readonly<Record<string, (body: Buffer, headers: Record<string, string>) => Forged>> = {
  'a changed byte': (body, headers) => ({
    headers,
    body: Buffer.from(body).fill(0x20, body.length - 3, body.length - 2),
  }),
  'a body of the same length': (body, headers) => ({ headers, body: Buffer.from(body.toString().replace('n', 'm')) }),
  'a body that was written anew': (body, headers) => ({
    headers,
    body: Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1)),
  }),
  'an appended byte': (body, headers) => ({ headers, body: Buffer.concat([body, Buffer.from('\n')]) }),
  'another secret': (body) => {
    const { headers } = signDelivery({ payload: JSON.parse(body.toString()), secret: 'another secret' });
    return { headers, body };
  },
};

interface Forged {
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

let counter = 0;
/** Another delivery each time, of text that takes several bytes a character. */
function delivery(scheme: 'hmac' | 'timestampedHmac' | 'standardWebhooks', length: number) {
  const content = `nöte ${counter++} 🎉 `.repeat(length);
  const { headers, body } = signDelivery({
    payload: examplePayload('notes_created', { data: { content } }),
    secret,
    scheme,
  });
  return { headers: { ...headers }, body: Buffer.from(body) };
}

const keys = (of: object) => fc.constantFrom(...Object.keys(of));

test.each(expresses)(
  'under $name, in any house a genuine delivery is handled once, and a forged one is refused',
  async ({ express }) => {
    const { webhooks, handled } = noting();
    const errors: unknown[] = [];
    webhooks.onError((error) => errors.push(error));
    const keepers = keepersOf(express);
    const houses = fc.record({
      wrapper: keys(wrappers),
      mount: keys(mounts),
      before: keys(earlier),
      keeper: keys(keepers),
      middleware: fc
        .subarray(Object.keys(others))
        .chain((some) => fc.shuffledSubarray(some, { minLength: some.length })),
      keepAt: fc.nat(),
      scheme: fc.constantFrom('hmac' as const, 'timestampedHmac' as const, 'standardWebhooks' as const),
      length: fc.integer({ min: 1, max: 60 }),
      forgery: keys(forgeries),
      how: sendings,
    });
    await fc.assert(
      fc.asyncProperty(houses, async (house) => {
        const mount = mounts[house.mount];
        const stack = house.middleware.map((name) => others[name]);
        stack.splice(house.keepAt % (stack.length + 1), 0, keepers[house.keeper]);
        const app = express();
        for (const middleware of stack) app.use(middleware as RequestHandler);
        earlier[house.before]?.(app, express);
        mount?.at(app, wrappers[house.wrapper]?.(webhooks.router) as RequestHandler, express);
        const { port, close } = await serve(app);
        const send = async ({ headers, body }: Forged) => {
          const answer = await sendInPieces(port, mount?.to ?? path, headers, body, house.how);
          return `${answer.slice(9, 12)} ${/\{.*\}/.exec(answer)?.[0] ?? ''}`;
        };
        try {
          handled.splice(0);
          const genuine = delivery(house.scheme, house.length);
          const forged = forgeries[house.forgery]?.(genuine.body, genuine.headers) as Forged;
          expect(await send(forged)).toMatch(/^401 .*"code":"UNAUTHENTICATED"/);
          expect(handled).toStrictEqual([]);
          expect(await send(genuine)).toBe('200 {"status":"processed"}');
          expect(await send(genuine)).toBe('200 {"status":"duplicate"}');
          expect(handled.map(({ context }) => context.rawBody.equals(genuine.body))).toStrictEqual([true]);
          expect(errors).toStrictEqual([]);
        } finally {
          await close();
        }
      }),
      { numRuns: 40 },
    );
  },
);
