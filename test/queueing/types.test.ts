import { expectTypeOf } from 'expect-type';
import {
  type BigmindWebhooks,
  bigmindWebhooks,
  type DeadLetter,
  type DeliveryQueue,
  type EventsWith,
  eventSchema,
  type WorkOptions,
} from '../../src';

// The compiler is the test: none of these functions is called.
const compiles = (..._proofs: readonly ((...args: never[]) => unknown)[]) => expect.assertions(0);

test('work takes limits for the events that there are, the user’s own among them, and no others', () => {
  const schemas = { deal_closed: eventSchema<{ event: 'deal_closed' }>({ type: 'object' }) };
  compiles((webhooks: BigmindWebhooks, queue: DeliveryQueue) => {
    expectTypeOf(webhooks.work()).toEqualTypeOf<Promise<void>>();
    void webhooks.work({ concurrency: undefined, perEvent: undefined });
    void webhooks.work({ concurrency: 5, perEvent: { notes_created: 2, email_sent: undefined } });
    // @ts-expect-error no such event
    void webhooks.work({ perEvent: { deal_closed: 1 } });
    // @ts-expect-error no number
    void webhooks.work({ perEvent: { notes_created: '2' } });
    void bigmindWebhooks({ schemas, queue }).work({ perEvent: { deal_closed: 1 } });
    expectTypeOf<WorkOptions<EventsWith<typeof schemas>>>().toHaveProperty('perEvent');
  });
});

test('dead letters say what is known of them', () => {
  compiles(async ({ deadLetters }: BigmindWebhooks) => {
    expectTypeOf(await deadLetters.list()).toEqualTypeOf<DeadLetter[]>();
    expectTypeOf((await deadLetters.get('1'))?.rawBody).toEqualTypeOf<Buffer | undefined>();
    expectTypeOf(await deadLetters.redrive('all')).toEqualTypeOf<number>();
    expectTypeOf(await deadLetters.discard('1')).toEqualTypeOf<boolean>();
  });
});

test('an option queue may be a queue or undefined', () => {
  compiles((queue: DeliveryQueue) => {
    bigmindWebhooks({ queue });
    bigmindWebhooks({ queue: undefined });
    // @ts-expect-error no queue
    bigmindWebhooks({ queue: {} });
  });
});
