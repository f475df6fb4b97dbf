import { spawnSync } from 'node:child_process';
import { eventSchema, isWebhookError, memoryStore } from '../../src';
import { examplePayload, signDelivery } from '../../src/testing';
import { makeWorkspace, removeWorkspace, write } from '../docs/workspace';
import { receiverWith, refusalOf } from './refusal';

const dealClosed = {
  type: 'object',
  required: ['event', 'data'],
  properties: { event: { const: 'deal_closed' }, data: { type: 'object', required: ['deal_id'] } },
};

test.each([
  [null, 'schemas: expected an object of schemas by event name, got null.'],
  ['x', 'got a string of 1 character.'],
  [[], 'got an empty array'],
  [
    { deal_closed: dealClosed },
    'schemas.deal_closed: expected what eventSchema(json) returns, got an object. Wrap the JSON Schema in it.',
  ],
  [{ deal_closed: eventSchema }, 'schemas.deal_closed: expected what eventSchema(json) returns, got a function.'],
  [{ deal_closed: null }, 'got null'],
  [{ deal_closed: undefined }, 'got undefined'],
  [
    { deal_closed: { schema: 'deal.json' } },
    'schemas.deal_closed: expected a JSON Schema in eventSchema(json), got a string of 9 characters.',
  ],
  [
    { deal_closed: { schema: Promise.resolve(dealClosed) } },
    'schemas.deal_closed: expected a JSON Schema, got a promise. Await it.',
  ],
  [
    { deal_closed: { schema: new URL('file:///deal-closed.schema.json') } },
    'schemas.deal_closed: expected a JSON Schema, got an object (URL).',
  ],
  [{ deal_closed: { schema: Buffer.from('{}') } }, 'expected a JSON Schema, got an object (Uint8Array).'],
  [
    { deal_closed: { schema: { default: dealClosed } } },
    'got an object. Its only key is default, as in the exports of a JSON module: pass what is in it',
  ],
  [{ '*': { schema: {} } }, "'*' stands for all of them in on()."],
  [{ '': { schema: {} } }, 'schemas: expected the names of events, got an empty string.'],
])('schemas refuses %j', (schemas, expected) => {
  const { code, message } = refusalOf(() => receiverWith({ schemas }));
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain(expected);
});

const underName = (event: object) => ({ DealClosed: { schema: { type: 'object', properties: { event } } } });

test.each<[string, object, string]>([
  [
    'its const',
    { const: 'deal_closed' },
    'schemas.DealClosed: expected the name that the schema has in properties.event, "deal_closed", got "DealClosed". ' +
      'Write the name as Bigmind sends it, as in schemas: { "deal_closed": … }.',
  ],
  ['none of its enum', { enum: ['deal_won', 'deal_lost'] }, '"deal_won" or "deal_lost", got "DealClosed"'],
])('a schema whose name is not %s is refused, since its deliveries would be ignored', (_what, event, expected) => {
  const { code, message } = refusalOf(() => receiverWith({ schemas: underName(event) }));
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain(expected);
});

test.each<object>([
  { const: 'DealClosed' },
  { enum: ['deal_closed', 'DealClosed'] },
  { type: 'string' },
  { $ref: '#' },
])('a schema may say of its name %j', (event) => {
  expect(() => receiverWith({ schemas: underName(event) })).not.toThrow();
});

test.each<[string, readonly string[]]>([
  ['after it', ['deal_closed', 'deal']],
  ['before it', ['deal', 'deal_closed']],
])('a schema may refer to another one that stands %s', async (_where, order) => {
  const schemas: Readonly<Record<string, object>> = {
    deal_closed: eventSchema<{ event: 'deal_closed' }>({
      $id: 'https://crm.example/deal_closed.json',
      type: 'object',
      required: ['data'],
      properties: { data: { $ref: 'deal.json#/$defs/deal' } },
    }),
    deal: eventSchema<{ event: 'deal' }>({
      $id: 'https://crm.example/deal.json',
      'x-owner': 'sales',
      $defs: { deal: { type: 'object', required: ['deal_id'], 'x-order': 1 } },
    }),
  };
  const webhooks = receiverWith({ schemas: Object.fromEntries(order.map((name) => [name, schemas[name]])) });
  webhooks.on('*', () => undefined);
  const answers: number[] = [];
  for (const data of [{ deal_id: 'd1' }, {}]) {
    const { status } = await webhooks.receive(
      signDelivery({ payload: { event: 'deal_closed', data }, secret: 'a secret' }),
    );
    answers.push(status);
  }
  expect(answers).toEqual([200, 422]);
});

test('two events may share one schema with an $id', () => {
  const shared = eventSchema<{ event: 'deal_won' }>({ $id: 'https://crm.example/deal.json', type: 'object' });
  expect(() => receiverWith({ schemas: { deal_won: shared, deal_lost: shared } })).not.toThrow();
});

test.each([
  ['a type that is none', { type: 'objekt' }],
  ['a keyword that is none', { type: 'object', propertys: {} }],
  ['a reference to nowhere', { $ref: 'nowhere.schema.json' }],
  ['an array', []],
])('a schema that cannot be compiled is refused at construction, by its name: %s', (_flaw, json) => {
  let thrown: unknown;
  try {
    receiverWith({ schemas: { deal_closed: { schema: json } } });
  } catch (error) {
    thrown = error;
  }
  expect(isWebhookError(thrown) && thrown.code).toBe('BAD_SCHEMA');
  expect(String(thrown)).toContain('"deal_closed"');
  expect((thrown as Error).cause).toBeInstanceOf(Error);
});

test('where functions may not be made from text, it says so at construction, and what to do', () => {
  const workspace = makeWorkspace();
  try {
    const app = write(
      workspace,
      'app.cjs',
      `try { require('bigmind-webhooks').bigmindWebhooks({ secret: 'a secret' }); } catch ({ code, message }) { console.log(code, message); }`,
    );
    const flag = '--disallow-code-generation-from-strings';
    const { status, stdout } = spawnSync(process.execPath, [flag, app], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^CODE_GENERATION_FORBIDDEN /) as unknown,
    });
    expect(stdout).toContain(`without ${flag}`);
  } finally {
    removeWorkspace(workspace);
  }
}, 120_000);

test('an event named as what objects inherit is an event like others', async () => {
  const schemas = JSON.parse(
    '{"__proto__":{"schema":{"type":"object"}},"constructor":{"schema":{"type":"object"}}}',
  ) as object;
  const handled: unknown[] = [];
  const webhooks = receiverWith({ schemas });
  webhooks.on('*', ({ event }) => handled.push(event));
  for (const event of ['__proto__', 'constructor']) {
    const reply = await webhooks.receive(signDelivery({ payload: { event }, secret: 'a secret' }));
    expect(reply.status).toBe(200);
  }
  expect(handled).toEqual(['__proto__', 'constructor']);
});

test('a payload that nests too deep for its schema is invalid on every way in, and no handler runs', async () => {
  const levels = 100_000;
  const tree = { type: 'object', properties: { event: {}, leaf: { $ref: '#' } } };
  const called: unknown[] = [];
  const webhooks = receiverWith({ schemas: { tree: eventSchema<{ event: 'tree' }>(tree) } });
  webhooks.on('*', ({ event }) => called.push(event));
  webhooks.onError((_error, { outcome }) => called.push(outcome));
  const body = `{"event":"tree","leaf":${'{"leaf":'.repeat(levels)}{}${'}'.repeat(levels)}}`;
  const { headers } = signDelivery({ payload: body, secret: 'a secret' });
  const { status, body: answer } = await webhooks.receive({ headers, body });
  expect(status).toBe(422);
  expect(JSON.parse(answer)).toMatchObject({ code: 'INVALID', errors: [{ pointer: '', keyword: 'unjudged' }] });
  await expect(webhooks.verify({ headers, body })).rejects.toMatchObject({ code: 'INVALID' });
  const event = JSON.parse(body) as never;
  await expect(webhooks.dispatch({ event, key: 'a'.repeat(64) })).rejects.toMatchObject({ code: 'INVALID' });
  expect(called).toEqual(['invalid', 'invalid', 'invalid']);
  const quarantined: unknown[] = [];
  webhooks.onInvalid(({ errors }) => void quarantined.push(errors[0]?.keyword));
  expect((await webhooks.receive({ headers, body })).status).toBe(200);
  expect(quarantined).toEqual(['unjudged']);
});

test('the options are left as they were, frozen or not', () => {
  const options = {
    secret: Object.freeze(['one', 'two']),
    deduplicate: Object.freeze({ store: memoryStore(), ttlMs: 1000 }),
    schemas: Object.freeze({
      deal_closed: Object.freeze(eventSchema<{ event: 'deal_closed' }>(Object.freeze(structuredClone(dealClosed)))),
    }),
    logger: Object.freeze({ level: 'silent' }),
    limit: '1kb',
  };
  const shape = JSON.stringify(options);
  receiverWith(Object.freeze(options));
  expect(JSON.stringify(options)).toBe(shape);
});

test('what is changed in the options afterwards has no effect', async () => {
  const schema = structuredClone(dealClosed);
  const options = { limit: 10_000, schemas: { deal_closed: { schema } }, deduplicate: { key: () => 'always this' } };
  const handled: unknown[] = [];
  const webhooks = receiverWith(options);
  webhooks.on('*', ({ event }) => handled.push(event));
  options.limit = 1;
  schema.required.push('never_there');
  options.deduplicate.key = () => 'another each time';
  Object.assign(options.schemas, { email_sent: { schema: false } });
  const deliver = (payload: unknown) => webhooks.receive(signDelivery({ payload, secret: 'a secret' }));
  const first = await deliver({ event: 'deal_closed', data: { deal_id: 'd1' } });
  const second = await deliver(examplePayload('email_sent'));
  expect([first.body, second.body]).toEqual(['{"status":"processed"}', '{"status":"duplicate"}']);
  expect(handled).toEqual(['deal_closed']);
});
