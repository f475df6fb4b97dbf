import { createServer } from 'node:http';
import http2 from 'node:http2';
import { expectTypeOf } from 'expect-type';
import express from 'express';
import {
  type BigmindEvent,
  type BigmindEventMap,
  type BigmindWebhooks,
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  type Drift,
  type EventsWith,
  eventSchema,
  type FoundDelivery,
  type InvalidDelivery,
  isWebhookError,
  type Journal,
  keepRawBody,
  type Outcome,
  type ReplaySummary,
  type SchemaError,
  type VerifiedEvent,
  type WebhookErrorCode,
  type WebhookHandler,
  type WebhookResponse,
} from '../../src';

// The compiler is the test: none of these functions is called.
const compiles = (..._proofs: readonly ((...args: never[]) => unknown)[]) => expect.assertions(0);

test('the router fits wherever Express takes a handler, and servers of Node', () => {
  compiles((webhooks: BigmindWebhooks) => {
    const app = express();
    app.use(webhooks.router);
    app.use('/hooks', webhooks.router);
    app.post('/hooks', webhooks.router);
    app.all('/hooks/:team', webhooks.router);
    app.post('/hooks', (request, response) => webhooks.router(request, response));
    createServer(webhooks.router);
    http2.createServer(webhooks.router);
    http2.createSecureServer({ allowHTTP1: true }, webhooks.router);
    app.use(express.json({ verify: keepRawBody }));
    express.Router({ mergeParams: true }).use('/', webhooks.router).post('/', express.raw(), webhooks.router);
  });
});

test('a reply is what the Response of Fetch is made from', () => {
  compiles(async (webhooks: BigmindWebhooks, request: Request) => {
    const reply = await webhooks.receive({ headers: request.headers, body: await request.arrayBuffer() });
    expectTypeOf(reply).toEqualTypeOf<WebhookResponse>();
    return new Response(reply.body, reply);
  });
});

test('receive takes what platforms hand over, and no body that was parsed', () => {
  compiles((webhooks: BigmindWebhooks, bytes: Uint8Array, headers: NodeJS.Dict<string | string[]>) => {
    void webhooks.receive({ headers, body: bytes });
    void webhooks.receive({ headers: new Headers(), body: 'text', method: 'POST', params: { team: undefined } });
    void webhooks.receive({ headers: {}, body: null, method: undefined, params: undefined });
    void webhooks.receive({ headers, body: bytes, params: {} as express.Request['params'] });
    // @ts-expect-error parsed
    void webhooks.receive({ headers, body: { event: 'notes_created' } });
    // @ts-expect-error nothing is signed without headers
    void webhooks.receive({ body: bytes });
  });
});

test('what verify returns is what dispatch takes, also after JSON', () => {
  compiles(async (webhooks: BigmindWebhooks) => {
    const verified = await webhooks.verify({ headers: {}, body: '' });
    expectTypeOf(verified).toEqualTypeOf<VerifiedEvent<BigmindEvent>>();
    expectTypeOf(await webhooks.dispatch(verified)).toEqualTypeOf<Outcome>();
    const fromQueue = JSON.parse('') as typeof verified;
    void webhooks.dispatch({ ...fromQueue, rawBody: new Uint8Array(), receivedAt: new Date() });
    // @ts-expect-error an event without its key
    void webhooks.dispatch({ event: verified.event });
  });
});

test('callbacks are told what they can use', () => {
  compiles((webhooks: BigmindWebhooks) => {
    webhooks
      .onInvalid((delivery, { rawBody }) => {
        expectTypeOf(delivery).toEqualTypeOf<InvalidDelivery>();
        expectTypeOf(delivery.errors).toEqualTypeOf<readonly SchemaError[]>();
        expectTypeOf(rawBody).toEqualTypeOf<Buffer>();
      })
      .onUnknown((event) => {
        expectTypeOf(event.event).toEqualTypeOf<string>();
        expectTypeOf<(typeof event)['data']>().toEqualTypeOf<unknown>();
      })
      .onError((error, { outcome, event, handler, key }) => {
        expectTypeOf(error).toEqualTypeOf<unknown>();
        expectTypeOf(outcome).toEqualTypeOf<Outcome>();
        expectTypeOf([event, handler, key]).toEqualTypeOf<(string | undefined)[]>();
        if (isWebhookError(error)) expectTypeOf(error.code).toEqualTypeOf<WebhookErrorCode>();
      })
      .onDrift((drift) => {
        expectTypeOf(drift).toEqualTypeOf<Drift>();
        expectTypeOf(drift.kind).toEqualTypeOf<'unknown-property' | 'unlisted-value'>();
        expectTypeOf(drift.example).toEqualTypeOf<string | undefined>();
        return Promise.resolve();
      });
  });
});

test('close may be given a grace, or undefined', () => {
  compiles((webhooks: BigmindWebhooks) => {
    expectTypeOf(webhooks.close()).toEqualTypeOf<Promise<void>>();
    void webhooks.close({ timeoutMs: undefined });
    // @ts-expect-error a typo
    void webhooks.close({ timeout: 1 });
  });
});

describe('a receiver is what its type says, wherever it is expected', () => {
  const schemas = { deal_won: eventSchema<{ event: 'deal_won'; amount: number }>({}) };

  test('in a variable, a return value, a field, an assignment, an argument and a property', () => {
    compiles((serve: (webhooks: BigmindWebhooks) => void, held: { lazy?: BigmindWebhooks }) => {
      const inVariable: BigmindWebhooks = bigmindWebhooks();
      const returned = (): BigmindWebhooks => bigmindWebhooks({ secret: 'a secret' });
      class Service {
        readonly webhooks: BigmindWebhooks = bigmindWebhooks();
      }
      const inProperty: { webhooks: BigmindWebhooks } = { webhooks: bigmindWebhooks({ logger: false }) };
      serve(bigmindWebhooks());
      held.lazy ??= bigmindWebhooks();
      return [inVariable, returned, Service, inProperty];
    });
  });

  test('with options from a variable, too', () => {
    compiles((options: BigmindWebhooksOptions) => {
      const webhooks: BigmindWebhooks = bigmindWebhooks(options);
      return webhooks;
    });
  });

  test('with options that may be missing', () => {
    compiles(
      (options?: BigmindWebhooksOptions): BigmindWebhooks => bigmindWebhooks(options),
      (options: BigmindWebhooksOptions | undefined) => {
        expectTypeOf(bigmindWebhooks(options)).toEqualTypeOf<BigmindWebhooks<BigmindEventMap, undefined>>();
      },
    );
  });

  test('in a variable that is typed by the function itself', () => {
    compiles(() => {
      let webhooks: ReturnType<typeof bigmindWebhooks>;
      webhooks = bigmindWebhooks();
      webhooks.on('notes_created', (event, { locals }) => {
        expectTypeOf(event).toEqualTypeOf<BigmindEventMap['notes_created']>();
        expectTypeOf(locals).toEqualTypeOf<undefined>();
      });
      webhooks = bigmindWebhooks({ secret: 'a secret' });
      return webhooks;
    });
  });

  test('and no receiver is made of schemas or locals that do not fit', () => {
    compiles(() => {
      // @ts-expect-error a schema that is not wrapped
      bigmindWebhooks({ schemas: { deal_won: { type: 'object' } } });
      // @ts-expect-error no schema
      bigmindWebhooks({ schemas: { deal_won: 'deal.json' } });
      // @ts-expect-error no schema, in options that may be missing
      bigmindWebhooks(Math.random() > 0.5 ? { schemas: { deal_won: 'deal.json' } } : undefined);
      // @ts-expect-error no function
      bigmindWebhooks({ locals: { team: 'a' } });
      bigmindWebhooks({ schemas, locals: () => ({ team: 'a' }) }).on('deal_won', (event, { locals }) => {
        expectTypeOf(event.amount).toEqualTypeOf<number>();
        expectTypeOf(locals).toEqualTypeOf<{ team: string }>();
      });
    });
  });

  test('with locals', () => {
    type Team = { team: string };
    compiles(() => {
      const webhooks: BigmindWebhooks<BigmindEventMap, Team> = bigmindWebhooks({ locals: () => ({ team: 'a' }) });
      // @ts-expect-error no locals were given
      const without: BigmindWebhooks<BigmindEventMap, Team> = bigmindWebhooks();
      // @ts-expect-error these are other locals
      const others: BigmindWebhooks<BigmindEventMap, Team> = bigmindWebhooks({ locals: () => ({ team: 1 }) });
      return [webhooks, without, others];
    });
  });

  test('with schemas', () => {
    compiles(() => {
      const webhooks: BigmindWebhooks<EventsWith<typeof schemas>> = bigmindWebhooks({ schemas });
      webhooks.on('deal_won', (event) => expectTypeOf(event.amount).toEqualTypeOf<number>());
      // @ts-expect-error without the schemas the event is unknown
      const without: BigmindWebhooks<EventsWith<typeof schemas>> = bigmindWebhooks();
      return [webhooks, without];
    });
  });

  test('and what was inferred before still is', () => {
    compiles(() => {
      bigmindWebhooks({ schemas }).on('deal_won', (event) => expectTypeOf(event.amount).toEqualTypeOf<number>());
      bigmindWebhooks({ locals: () => JSON.parse('') as { id: number } }).on('*', (_event, { locals }) =>
        expectTypeOf(locals).toEqualTypeOf<{ id: number }>(),
      );
      expectTypeOf(bigmindWebhooks()).toEqualTypeOf<BigmindWebhooks<BigmindEventMap, undefined>>();
    });
  });
});

test('a function takes every receiver: locals as they are, schemas by a type parameter', () => {
  const schemas = { deal_won: eventSchema<{ event: 'deal_won' }>({}) };
  const replaced = { notes_created: eventSchema<{ event: 'notes_created'; own: number }>({}) };
  compiles(
    (takesLocals: (webhooks: BigmindWebhooks) => void) => {
      takesLocals(bigmindWebhooks());
      takesLocals(bigmindWebhooks({ locals: () => ({ team: 'a' }) }));
      // @ts-expect-error verify may return an event that is none of ours
      takesLocals(bigmindWebhooks({ schemas }));
    },
    (takesAll: <Events>(webhooks: BigmindWebhooks<Events>) => void) => {
      takesAll(bigmindWebhooks());
      takesAll(bigmindWebhooks({ locals: () => ({ team: 'a' }) }));
      takesAll(bigmindWebhooks({ schemas }));
      takesAll(bigmindWebhooks({ schemas: replaced, locals: () => 7 }));
    },
    <Events>(webhooks: BigmindWebhooks<Events>) => {
      webhooks.onError((_error, { outcome }) => expectTypeOf(outcome).toEqualTypeOf<Outcome>());
      void webhooks.journal.find({ outcome: 'failed' });
      void webhooks.deadLetters.redrive('all');
    },
    (
      addNote: WebhookHandler<'notes_created'>,
      takesOurs: <Events extends BigmindEventMap>(webhooks: BigmindWebhooks<Events>) => void,
    ) => {
      const ours = <Events extends BigmindEventMap>(webhooks: BigmindWebhooks<Events>) => {
        webhooks.on('notes_created', addNote).on('todo_created', (event) => event.data.todo_id);
        void webhooks.journal.replay({ event: 'notes_created' });
      };
      takesOurs(bigmindWebhooks({ schemas }));
      // @ts-expect-error its notes are others
      takesOurs(bigmindWebhooks({ schemas: replaced }));
      return ours;
    },
  );
});

test('the journal knows the events by name, and a replay its summary', () => {
  compiles(async (webhooks: BigmindWebhooks, journal: Journal) => {
    for await (const found of webhooks.journal.find({
      event: ['notes_created'],
      from: new Date(),
      outcome: 'failed',
    })) {
      expectTypeOf(found).toEqualTypeOf<FoundDelivery>();
    }
    const summary = await webhooks.journal.replay({
      handlers: ['crm'],
      event: 'todo_created',
      rate: 5,
      name: undefined,
    });
    expectTypeOf(summary).toEqualTypeOf<ReplaySummary>();
    expectTypeOf(await webhooks.journal.forget({ before: '2026-11-01' })).toEqualTypeOf<number>();
    // @ts-expect-error no event of ours
    void webhooks.journal.replay({ event: 'note_created' });
    // @ts-expect-error one thing is named
    void webhooks.journal.forget({});
    // @ts-expect-error a folder is no journal
    bigmindWebhooks({ journal: 'directory' });
    return bigmindWebhooks({ journal }).on('*', (_event, context) =>
      expectTypeOf(context.replayed).toEqualTypeOf<boolean>(),
    );
  });
});
