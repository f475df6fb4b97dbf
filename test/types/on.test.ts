import { expectTypeOf } from 'expect-type';
import {
  type BigmindEvent,
  type BigmindEventMap,
  type BigmindWebhooks,
  bigmindWebhooks,
  type EventsWith,
  eventSchema,
  type HandlerContext,
  type Logger,
  type NotesCreatedEvent,
  type TodoCreatedEvent,
  type TodoUpdatedEvent,
  type WebhookHandler,
} from '../../src';

// The compiler is the test: none of these functions is called.
const compiles = (..._proofs: readonly ((...args: never[]) => unknown)[]) => expect.assertions(0);

test('a handler gets what its selector selects: one event, a union, or all', () => {
  compiles((webhooks: BigmindWebhooks, chosen: 'todo_created' | 'todo_updated', names: readonly ['notes_created']) => {
    webhooks.on('notes_created', (event) => expectTypeOf(event).toEqualTypeOf<NotesCreatedEvent>());
    webhooks.on(['todo_created', 'todo_updated'], (event) => {
      expectTypeOf(event).toEqualTypeOf<TodoCreatedEvent | TodoUpdatedEvent>();
      if (event.event === 'todo_updated') expectTypeOf(event).toEqualTypeOf<TodoUpdatedEvent>();
    });
    webhooks.on('*', (event) => expectTypeOf(event).toEqualTypeOf<BigmindEvent>());
    webhooks.on(chosen, (event) => expectTypeOf(event).toEqualTypeOf<TodoCreatedEvent | TodoUpdatedEvent>());
    webhooks.on(names, (event) => expectTypeOf(event).toEqualTypeOf<NotesCreatedEvent>());
  });
});

test('a handler gets the context, and may be asynchronous or not', () => {
  compiles((webhooks: BigmindWebhooks) => {
    webhooks.on('email_sent', async (_event, context) => {
      expectTypeOf(context).toEqualTypeOf<HandlerContext>();
      expectTypeOf(context.rawBody).toEqualTypeOf<Buffer>();
    });
    expectTypeOf(webhooks.on('email_sent', () => 'anything', { name: 'mail' })).toEqualTypeOf<BigmindWebhooks>();
    expectTypeOf(webhooks.on('email_sent', () => {}, { name: undefined })).toEqualTypeOf<BigmindWebhooks>();
  });
});

test('a copy of the context, which has none of its properties, does not compile as a context', () => {
  compiles((webhooks: BigmindWebhooks, next: (context: HandlerContext) => void, log: Logger) => {
    webhooks.on('notes_created', (_event, context) => {
      next(context);
      // @ts-expect-error no key, no log, no signal
      next({ ...context, log });
      const { attempt, ...rest } = context;
      // @ts-expect-error the rest, too
      return attempt > 1 && rest.key;
    });
    // What tests hand over is a plain object.
    const { key, attempt, tenant, receivedAt, replayed, ...others } = {} as { [Name in keyof HandlerContext]: never };
    next({ key, attempt, tenant, receivedAt, replayed, ...others });
  });
});

test('a typo does not compile', () => {
  compiles((webhooks: BigmindWebhooks, anyName: string) => {
    // @ts-expect-error in the name of an event
    webhooks.on('notes_create', () => {});
    // @ts-expect-error in one of several
    webhooks.on(['notes_created', 'todo_create'], () => {});
    // @ts-expect-error '*' stands alone
    webhooks.on(['*'], () => {});
    // @ts-expect-error a name that may be any
    webhooks.on(anyName, () => {});
    // @ts-expect-error in a property of the event
    webhooks.on('notes_created', (event) => event.data.contents);
    // @ts-expect-error in a property that only one of two has
    webhooks.on(['notes_created', 'todo_created'], (event) => event.data.note_id);
    // @ts-expect-error in a property of the context
    webhooks.on('notes_created', (_event, context) => context.keys);
    // @ts-expect-error in the options of a handler
    webhooks.on('notes_created', () => {}, { nam: 'x' });
    // @ts-expect-error no handler
    webhooks.on('notes_created');
  });
});

test('a handler in a file of its own fits what it names, and nothing else', () => {
  compiles(
    (
      webhooks: BigmindWebhooks,
      one: WebhookHandler<'notes_created'>,
      two: WebhookHandler<['todo_created', 'todo_updated']>,
    ) => {
      webhooks.on('notes_created', one).on(['todo_created', 'todo_updated'], two).on('todo_created', two);
      // @ts-expect-error another event
      webhooks.on('todo_created', one);
      // @ts-expect-error more events than it takes
      webhooks.on('*', two);
      expectTypeOf(one).parameter(0).toEqualTypeOf<NotesCreatedEvent>();
    },
    (webhooks: BigmindWebhooks, all: WebhookHandler) => {
      webhooks.on('*', all).on('notes_created', all);
      expectTypeOf(all).parameter(0).toEqualTypeOf<BigmindEvent>();
    },
    () => {
      const addNote: WebhookHandler<'notes_created'> = async (event, { key }) => [event.data.note_id, key];
      return addNote;
    },
    // @ts-expect-error no event has this name
    (handler: WebhookHandler<'notes_create'>) => handler,
  );
});

interface DealClosed {
  event: 'deal_closed';
  data: { deal_id: string };
}
interface SmallNote {
  event: 'notes_created';
  data: { only: number };
}

test('schemas add events and replace them, with no type parameter to write', () => {
  compiles(() => {
    const schemas = { deal_closed: eventSchema<DealClosed>({}), notes_created: eventSchema<SmallNote>({}) };
    const webhooks = bigmindWebhooks({ schemas });
    webhooks.on('deal_closed', (event) => expectTypeOf(event).toEqualTypeOf<DealClosed>());
    webhooks.on('notes_created', (event) => expectTypeOf(event).toEqualTypeOf<SmallNote>());
    webhooks.on('todo_created', (event) => expectTypeOf(event).toEqualTypeOf<TodoCreatedEvent>());
    webhooks.on(['deal_closed', 'email_sent'], (event) =>
      expectTypeOf(event).toEqualTypeOf<DealClosed | BigmindEventMap['email_sent']>(),
    );
    webhooks.on('*', (event) => {
      if (event.event === 'deal_closed') expectTypeOf(event).toEqualTypeOf<DealClosed>();
      if (event.event === 'notes_created') expectTypeOf(event).toEqualTypeOf<SmallNote>();
    });
    const closeDeal: WebhookHandler<'deal_closed', unknown, EventsWith<typeof schemas>> = (event) => event.data.deal_id;
    webhooks.on('deal_closed', closeDeal);
    // @ts-expect-error a typo in a name of one's own
    webhooks.on('deal_close', () => {});
    // @ts-expect-error a typo in a property of one's own
    webhooks.on('deal_closed', (event) => event.data.dealId);
    // @ts-expect-error a JSON Schema that nobody wrapped
    bigmindWebhooks({ schemas: { deal_closed: { type: 'object' } } });
    // @ts-expect-error the payload of an event has `event`
    eventSchema<{ data: string }>({});
  });
});

test('what locals returns is what context.locals is', () => {
  compiles(() => {
    const webhooks = bigmindWebhooks({
      locals: ({ params: { team }, headers: { from } }) => ({ team, from }),
    });
    type Locals = { team: string | undefined; from: string | undefined };
    webhooks.on('email_sent', (_event, { locals }) => expectTypeOf(locals).toEqualTypeOf<Locals>());
    webhooks.onInvalid((_delivery, { locals }) => expectTypeOf(locals).toEqualTypeOf<Locals>());
    const typed: WebhookHandler<'email_sent', Locals> = (_event, { locals }) => locals.team;
    webhooks.on('email_sent', typed);
    // @ts-expect-error a typo in a local
    webhooks.on('email_sent', (_event, { locals }) => locals.teams);
    // @ts-expect-error a handler of an application with other locals
    webhooks.on('email_sent', (_event, _context: HandlerContext<{ other: number }>) => {});
    // @ts-expect-error without the option there are none
    bigmindWebhooks().on('email_sent', (_event, { locals }) => locals.team);
  });
});

test('locals and schemas are inferred together', () => {
  compiles(() => {
    const webhooks = bigmindWebhooks({ schemas: { deal_closed: eventSchema<DealClosed>({}) }, locals: () => 7 });
    webhooks.on('deal_closed', (event, { locals }) => {
      expectTypeOf(event).toEqualTypeOf<DealClosed>();
      expectTypeOf(locals).toEqualTypeOf<number>();
    });
  });
});
