import { type BigmindWebhooks, eventNames, eventSchema } from '../../src';
import { examplePayload, signDelivery } from '../../src/testing';
import { receiverWith, refusalOf } from './refusal';

const handler = () => {};
/** `on` as a caller without TypeScript may call it. */
const on = (webhooks: BigmindWebhooks, ...args: unknown[]) => Reflect.apply(webhooks.on, webhooks, args) as unknown;

test.each([
  ['notes_create', 'on: there is no event "notes_create". Did you mean notes_created?'],
  ['Notes_Created', 'Did you mean notes_created?'],
  ['NOTES_CREATED', 'on: there is no event "NOTES_CREATED". Did you mean notes_created?'],
  ['DocumentUpdated', 'Did you mean document_updated?'],
  ['todo.updated', 'Did you mean todo_updated?'],
  ['banana', `on: there is no event "banana". Known are ${eventNames.join(', ')}.`],
  ['', 'on: there is no event "".'],
  ['constructor', 'on: there is no event "constructor".'],
  ['__proto__', 'on: there is no event "__proto__".'],
])('an event that does not exist is refused, naming the nearest: %j', (name, expected) => {
  for (const selector of [name, ['notes_updated', name]]) {
    const { code, message } = refusalOf(() => on(receiverWith({}), selector, handler));
    expect(code).toBe('UNKNOWN_EVENT');
    expect(message).toContain(expected);
  }
});

test('an event of the schemas option is known, and can be the nearest', () => {
  const webhooks = receiverWith({
    schemas: { deal_closed: eventSchema<{ event: 'deal_closed' }>({ type: 'object' }) },
  });
  expect(() => on(webhooks, 'deal_closed', handler)).not.toThrow();
  expect(refusalOf(() => on(webhooks, 'deal_close', handler)).message).toContain('Did you mean deal_closed?');
});

test.each([[undefined], [null], [5], [{}], [[]], [[5]], [[undefined]], [handler]])(
  'a selector that names nothing is refused: %p',
  (selector) => {
    const { code, message } = refusalOf(() => on(receiverWith({}), selector, handler));
    expect(code).toBe('BAD_OPTION');
    expect(message).toContain("on: expected the name of an event, several in an array, or '*', got ");
  },
);

test("'*' in an array is refused, and said to stand alone", () => {
  const { code, message } = refusalOf(() => on(receiverWith({}), ['notes_created', '*'], handler));
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain("'*' stands alone");
});

test.each([[undefined], [null], ['addNote'], [{}], [Promise.resolve(handler)]])(
  'a handler that is no function is refused: %p',
  (bad) => {
    const { code, message } = refusalOf(() => on(receiverWith({}), 'notes_created', bad));
    expect(code).toBe('BAD_HANDLER');
    expect(message).toMatch(/^BAD_HANDLER on\('notes_created'\): expected a function, got /);
  },
);

test.each(['on', 'onInvalid', 'onUnknown', 'onError', 'onDrift'] as const)(
  '%s refuses a generator function, which would run nothing and count as a success',
  (method) => {
    const webhooks = receiverWith({});
    const generators = [function* run() {}, async function* run() {}];
    for (const generator of generators) {
      const args = method === 'on' ? ['notes_created', generator] : [generator];
      const { code, message } = refusalOf(() => Reflect.apply(webhooks[method], webhooks, args) as unknown);
      expect(code).toBe('BAD_HANDLER');
      expect(message).toContain('expected a function, got a generator function. A call of it runs nothing of its body');
    }
  },
);

test.each([['a\0b'], ['\ud800']])('a handler cannot be named %j, which not every store can hold', (name) => {
  const { code, message } = refusalOf(() => on(receiverWith({}), 'todo_created', handler, { name }));
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain("on('todo_created').name: expected text without NUL and lone surrogates, got ");
});

test.each([[''], [' '], [5], [null], [{}]])('a handler cannot be named %j', (name) => {
  const { code, message } = refusalOf(() => on(receiverWith({}), ['todo_created', 'todo_updated'], handler, { name }));
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain("on('todo_created,todo_updated').name: expected a string with text, got ");
});

test.each([
  ['notes_created', undefined, 'notes_created', undefined],
  ['*', undefined, '*', undefined],
  [['todo_created', 'todo_updated'], undefined, ['todo_created', 'todo_updated'], undefined],
  ['notes_created', { name: 'crm' }, 'email_sent', { name: 'crm' }],
  ['notes_created', undefined, 'email_sent', { name: 'notes_created' }],
])(
  'a name that is taken is refused, and the remedy said: %j %j, then %j %j',
  (selector, options, next, nextOptions) => {
    const webhooks = receiverWith({});
    on(webhooks, selector, handler, options);
    const { code, message } = refusalOf(() => on(webhooks, next, handler, nextOptions));
    expect(code).toBe('HANDLER_NAME_TAKEN');
    expect(message).toContain('{ name: ');
  },
);

test('two handlers of one event are fine under two names, and both run', async () => {
  const ran: string[] = [];
  const webhooks = receiverWith({});
  webhooks.on('email_sent', () => ran.push('first')).on('email_sent', () => ran.push('second'), { name: 'second' });
  const reply = await webhooks.receive(signDelivery({ payload: examplePayload('email_sent'), secret: 'a secret' }));
  expect(reply.status).toBe(200);
  expect(ran).toEqual(['first', 'second']);
});

test('a refused registration leaves nothing behind', async () => {
  const ran: string[] = [];
  const webhooks = receiverWith({});
  webhooks.on('email_sent', () => ran.push('first'));
  refusalOf(() => webhooks.on('email_sent', () => ran.push('second')));
  refusalOf(() => on(webhooks, ['email_sent', 'banana'], () => ran.push('third')));
  await webhooks.receive(signDelivery({ payload: examplePayload('email_sent'), secret: 'a secret' }));
  expect(ran).toEqual(['first']);
});

test.each(['(its end is known)', '(forced by 0a1b) crm'])(
  'no handler has the name of a note of replays: %s',
  (name) => {
    expect(refusalOf(() => receiverWith({}).on('email_sent', handler, { name })).code).toBe('HANDLER_NAME_TAKEN');
  },
);

describe.each(['onInvalid', 'onUnknown'] as const)('%s', (callback) => {
  test('refuses what is no function', () => {
    const webhooks = receiverWith({});
    const { code, message } = refusalOf(() => Reflect.apply(webhooks[callback], webhooks, ['quarantine']));
    expect(code).toBe('BAD_HANDLER');
    expect(message).toContain(`${callback}: expected a function, got a string of 10 characters.`);
  });

  test('takes one callback, and its name is no handler’s', () => {
    const webhooks = receiverWith({})[callback](handler);
    expect(refusalOf(() => webhooks[callback](handler)).code).toBe('HANDLER_NAME_TAKEN');
    expect(refusalOf(() => webhooks.on('email_sent', handler, { name: callback })).code).toBe('HANDLER_NAME_TAKEN');
  });
});
