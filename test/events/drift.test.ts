import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  type Drift,
  type EventSchemas,
  eventNames,
  eventSchema,
} from '../../src/index';
import { examplePayload, schemaDrift, signDelivery } from '../../src/testing';
import { computingTime } from '../fixtures/computing-time';
import { referenceExamples } from '../fixtures/reference-examples';
import { notedLog, secret } from '../pipeline/receiver';
import { pointersIn, valueAt, withValue } from './pointer';

type Json = Readonly<Record<string, unknown>>;

/** A receiver whose log and listener note what they are told, and whose handler notes what it gets. */
function watching<Schemas extends EventSchemas = never>(options: BigmindWebhooksOptions<Schemas, unknown> = {}) {
  const { logger, lines } = notedLog();
  const told: Drift[] = [];
  const handled: unknown[] = [];
  const webhooks = bigmindWebhooks({ secret, logger, ...options } as BigmindWebhooksOptions<EventSchemas, unknown>);
  webhooks.on('*', (event) => void handled.push(event)).onDrift((drift) => void told.push(drift));
  async function send(payload: unknown): Promise<number> {
    return (await webhooks.receive(signDelivery({ payload, secret }))).status;
  }
  return { webhooks, told, handled, lines, send, logged: () => lines.filter((line) => 'code' in line) };
}

const note = examplePayload('notes_created');
const noteWith = (property: string, value: unknown = 'x') => withValue(note, `/data/${property}`, value);

const folder = join(__dirname, '../../schemas');
const schemas = new Map(
  readdirSync(folder).map((file) => {
    const schema = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json;
    return [file, schema];
  }),
);

/** Every object and every open set of a schema by its path; written apart from the code that is tested. */
function placesIn(schema: Json, at = ''): { readonly path: string; readonly kind: Drift['kind'] }[] {
  const name = /^common\.schema\.json#\/\$defs\/(\w+)$/.exec(String(schema['$ref']))?.[1];
  const common = schemas.get('common.schema.json') as { $defs: Record<string, Json> };
  const whole: Json = name === undefined ? schema : { ...common.$defs[name], ...schema };
  const { properties, items, examples, type } = whole as { properties?: Record<string, Json>; items?: Json } & Json;
  return [
    ...(properties === undefined ? [] : [{ path: at, kind: 'unknown-property' as const }]),
    ...(examples !== undefined && [type].flat().includes('string')
      ? [{ path: at, kind: 'unlisted-value' as const }]
      : []),
    ...Object.entries(properties ?? {}).flatMap(([property, inner]) => placesIn(inner, `${at}/${property}`)),
    ...(items === undefined ? [] : placesIn(items, `${at}/*`)),
  ];
}

const starred = (pointer: string) => pointer.replaceAll(/\/\d+(?=\/|$)/g, '/*');

/** The examples, and what is valid and none of them shows. */
const examples: readonly { readonly event: string }[] = [
  ...referenceExamples,
  { ...examplePayload('todo_updated'), relations: note.relations },
  { ...examplePayload('meeting_relations_created'), relations: note.relations },
  examplePayload('notes_updated', { data: { note_type: 'warnings', content: [{ severity: 'high', warning: 'a' }] } }),
];

/** An example with something at the path, and where that is in it. */
function exampleWith(event: string, path: string): { readonly payload: unknown; readonly pointer: string } | undefined {
  for (const payload of examples.filter((each) => each.event === event)) {
    const pointer = pointersIn(payload).find((each) => starred(each) === path);
    if (pointer !== undefined && valueAt(payload, pointer) !== null) return { payload, pointer };
  }
  return undefined;
}

const places = eventNames.flatMap((event) =>
  placesIn(schemas.get(`${event}.schema.json`) as Json).map((place) => ({ event, ...place })),
);

test.each(places.filter(({ kind }) => kind === 'unknown-property'))(
  'tells of an unknown property of $event at "$path", and hands it on',
  async ({ event, path }) => {
    const { send, told, logged, handled } = watching();
    const { payload, pointer } = exampleWith(event, path) as { payload: unknown; pointer: string };
    const changed = withValue(payload, `${pointer}/new_since`, { of: ['text'] });
    expect(await send(changed)).toBe(200);
    const drift = { event, path: `${path}/new_since`, kind: 'unknown-property' };
    expect(told).toStrictEqual([drift]);
    expect(logged()).toEqual([expect.objectContaining({ code: 'DRIFT', level: 30, ...drift })]);
    expect(schemaDrift(changed)).toStrictEqual([drift]);
    expect(handled).toStrictEqual([changed]);
  },
);

test.each(places.filter(({ kind }) => kind === 'unlisted-value'))(
  'tells of an unlisted value of the open set of $event at "$path"',
  async ({ event, path }) => {
    const { send, told } = watching();
    // Not in every example, and null in some: then it stands where it belongs.
    const { payload, pointer } = exampleWith(event, path) ?? {
      payload: exampleWith(event, path.replace(/\/[^/]*$/, ''))?.payload,
      pointer: path.replaceAll('*', '0'),
    };
    expect(await send(withValue(payload, pointer, 'unheard-of'))).toBe(200);
    expect(told).toStrictEqual([{ event, path, kind: 'unlisted-value', example: 'unheard-of' }]);
  },
);

test('finds nothing in a payload of no known event, whatever it holds', () => {
  for (const payload of [{ event: 'deal_won', data: { a: 1 } }, { event: 7, a: 1 }, { a: 1 }, ['a'], null])
    expect(schemaDrift(payload)).toStrictEqual([]);
});

test('finds nothing in the payloads of the reference', () => {
  for (const payload of referenceExamples) expect(schemaDrift(payload)).toStrictEqual([]);
  expect(places.map(({ event }) => event)).toEqual(expect.arrayContaining([...eventNames]));
});

test('tells of each path once, however often it comes and wherever in a list', async () => {
  const { send, told, logged } = watching();
  const scorecard = examplePayload('scorecard_answers_created');
  const [answer] = scorecard.data.questions_and_answers;
  const answers = Array.from({ length: 10_000 }, (_, number) => ({
    ...answer,
    question_type: `kind-${number}`,
    new: 1,
  }));
  const computedMs = computingTime();
  for (let time = 0; time < 3; time += 1) {
    expect(await send(withValue(scorecard, '/data/questions_and_answers', [...answers, { ...answer, time }]))).toBe(
      200,
    );
  }
  expect(computedMs()).toBeLessThan(5000);
  const at = { event: 'scorecard_answers_created' };
  expect(told).toStrictEqual([
    { ...at, path: '/data/questions_and_answers/*/question_type', kind: 'unlisted-value', example: 'kind-0' },
    { ...at, path: '/data/questions_and_answers/*/new', kind: 'unknown-property' },
    { ...at, path: '/data/questions_and_answers/*/time', kind: 'unknown-property' },
  ]);
  expect(logged()).toHaveLength(3);
});

test('tells of at most 1,000 paths', async () => {
  const { send, told, handled } = watching();
  const names = Array.from({ length: 1500 }, (_, number) => `n${number}`);
  expect(await send({ ...note, ...Object.fromEntries(names.map((name) => [name, 1])) })).toBe(200);
  expect(await send(noteWith('another'))).toBe(200);
  expect(told).toHaveLength(1000);
  expect(told.at(-1)?.path).toBe('/n999');
  expect(handled).toHaveLength(2);
});

test('looks at the first hundred deliveries of an event, and later at one of 17', async () => {
  const { send, told } = watching();
  for (let came = 0; came < 99; came += 1) await send(noteWith('content', `note ${came}`));
  await send(noteWith('at_the_100th'));
  for (let came = 0; came < 34; came += 1) await send(noteWith(`at_the_${101 + came}th`));
  await send(withValue(examplePayload('email_sent'), '/first_of_another', 1));
  expect(told.map(({ path }) => path).toSorted()).toEqual([
    '/data/at_the_100th',
    '/data/at_the_102th',
    '/data/at_the_119th',
    '/first_of_another',
  ]);
});

test.each<[string, string]>([
  ['text', 'the customer said no'],
  ['an escape sequence', '\u001b[2J'],
  ['a line', 'a\nb'],
  ['a long one', 'x'.repeat(65)],
  ['nothing', ''],
])('a name or a value that is %s is not shown', async (_title, text) => {
  const { send, told, logged } = watching();
  const changed = { ...note, [text]: 'a', data: { ...note.data, note_type: text } };
  expect(await send(changed)).toBe(200);
  expect(told).toStrictEqual([
    { event: 'notes_created', path: '/data/note_type', kind: 'unlisted-value' },
    { event: 'notes_created', path: '/(not a name)', kind: 'unknown-property' },
  ]);
  if (text !== '') expect(JSON.stringify(logged())).not.toContain(JSON.stringify(text).slice(1, -1));
});

test('no value outside an open set is ever shown, and nothing ends the process, whatever is added', async () => {
  const { send, lines } = watching();
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (more) => {
      const safe = Object.entries(more).filter(([name]) => name !== '__proto__' && name !== 'constructor');
      const marked = safe.map(([name, value]) => [name, { free: `marked ${JSON.stringify(value)}` }]);
      const added = Object.fromEntries(marked) as object;
      expect(await send({ ...added, ...note, data: { ...added, ...note.data } })).toBe(200);
      expect(JSON.stringify(lines.splice(0))).not.toContain('marked');
    }),
    { numRuns: 90 },
  );
});

test('a listener that throws or rejects, and a logger that throws, change no outcome', async () => {
  const { webhooks, send, told, lines, handled } = watching();
  webhooks.onDrift(() => {
    throw new Error('thrown');
  });
  webhooks.onDrift(() => Promise.reject(new Error('rejected')));
  const later: Drift[] = [];
  webhooks.onDrift((drift) => void later.push(drift));
  expect(await send(noteWith('new'))).toBe(200);
  expect(told).toHaveLength(1);
  expect(later).toStrictEqual(told);
  await new Promise((resolve) => setImmediate(resolve));
  const failures = lines.filter((line) => 'msg' in line && line.msg === 'onDrift itself failed');
  expect(failures.map((line) => (line as unknown as { cause: { message: string } }).cause.message)).toEqual([
    'thrown',
    'rejected',
  ]);
  expect(handled).toHaveLength(1);
  const fail = (): never => {
    throw new Error('full');
  };
  const broken = watching({ logger: { debug: fail, info: fail, warn: fail, error: fail, child: fail } as never });
  expect(await broken.send(noteWith('new'))).toBe(200);
  expect(broken.told).toHaveLength(1);
});

test('tells nothing of what is forged, invalid or of an unknown event, and of what verify() accepts', async () => {
  const { webhooks, send, told } = watching();
  const { headers, body } = signDelivery({ payload: noteWith('new'), secret });
  expect((await webhooks.receive({ headers, body: `${body} ` })).status).toBe(401);
  expect(await send({ ...note, timestamp: 1, new: 1 })).toBe(422);
  expect(await send({ event: 'unheard_of', new: 1 })).toBe(200);
  expect(told).toStrictEqual([]);
  await webhooks.verify({ headers, body });
  expect(told.map(({ path }) => path)).toEqual(['/data/new']);
});

test('what comes while nobody listens is told when it comes again', async () => {
  const webhooks = bigmindWebhooks({ secret, logger: false }).on('*', () => undefined);
  const send = async () => await webhooks.receive(signDelivery({ payload: noteWith('new'), secret }));
  await send();
  const told: Drift[] = [];
  webhooks.onDrift((drift) => void told.push(drift));
  await send();
  await send();
  expect(told.map(({ path }) => path)).toEqual(['/data/new']);
});

test('a line says which kind of drift it is, in words', async () => {
  const { send, logged } = watching();
  expect(await send({ ...note, data: { ...note.data, new: 1, note_type: 'unheard-of' } })).toBe(200);
  expect(logged()).toMatchObject([
    { kind: 'unlisted-value', msg: expect.stringContaining('a value that is valid, but not among the known ones') },
    { kind: 'unknown-property', msg: expect.stringContaining('a property that the schema of its event does not list') },
  ]);
});

test('onDrift takes functions alone', () => {
  expect(() => watching().webhooks.onDrift({} as never)).toThrow(expect.objectContaining({ code: 'BAD_HANDLER' }));
});

describe('with schemas of the user', () => {
  const event = 'deal_closed';
  /** What is found in a payload of an event with the schema. */
  async function found(schema: object, payload: object): Promise<readonly (readonly string[])[]> {
    const whole = { type: 'object', ...schema };
    const { send, told } = watching({ schemas: { [event]: eventSchema(whole) } });
    expect(await send({ event, ...payload })).toBe(200);
    return told.map(({ path, kind, example }) => [path, kind, ...(example === undefined ? [] : [example])]);
  }
  const name = { event: { const: event } };
  const text = { type: 'string' };

  test.each<[string, object, object, readonly (readonly string[])[]]>([
    [
      'properties at any level',
      { properties: { ...name, deal: { type: 'object', properties: { id: text } } } },
      { deal: { id: 'a', b: 1 }, c: 1 },
      [
        ['/deal/b', 'unknown-property'],
        ['/c', 'unknown-property'],
      ],
    ],
    [
      'an open set, by its values beside any text',
      {
        properties: {
          ...name,
          stage: { anyOf: [{ enum: ['won', 'lost'] }, text] },
          other: { oneOf: [{ const: 'a' }] },
        },
      },
      { stage: 'stalled', other: 'a' },
      [['/stage', 'unlisted-value', 'stalled']],
    ],
    [
      'no text of a form beside known values, which is the sender’s own',
      {
        properties: {
          ...name,
          phone: { anyOf: [{ const: '' }, { ...text, pattern: '^[0-9]+$' }] },
          at: { oneOf: [{ const: '' }, { ...text, format: 'date-time' }] },
          short: { anyOf: [{ const: '' }, { ...text, maxLength: 9 }] },
          long: { anyOf: [{ const: '' }, { ...text, minLength: 2 }] },
          html: { anyOf: [{ const: '' }, { ...text, contentMediaType: 'text/html' }] },
          file: { anyOf: [{ const: '' }, { ...text, contentEncoding: 'base64' }] },
          others: { anyOf: [{ const: '' }, { ...text, not: { const: 'none' } }] },
        },
      },
      {
        phone: '4915112345678',
        at: '2025-10-10T14:30:00Z',
        short: 'hush',
        long: 'hush',
        html: 'hush',
        file: 'aHVzaA==',
        others: 'hush',
      },
      [],
    ],
    [
      'no examples, which may be any text',
      { $id: 'https://example.com/deal', properties: { ...name, title: { ...text, examples: ['a'] }, any: true } },
      { title: 'b', any: { of: ['text'] } },
      [],
    ],
    [
      'references to this document, to the common one and back to itself',
      {
        properties: { ...name, tree: { $ref: '#/$defs/a~1tree' }, at: { $ref: 'common.schema.json#/$defs/relations' } },
        $defs: { 'a/tree': { type: 'object', properties: { leaf: text, inner: { $ref: '#/$defs/a~1tree' } } } },
      },
      {
        tree: { inner: { inner: { leaf: 'x', twig: 1 } } },
        at: { ...note.relations, associated_pet_ids: [] },
      },
      [
        ['/tree/inner/inner/twig', 'unknown-property'],
        ['/at/associated_pet_ids', 'unknown-property'],
      ],
    ],
    [
      'dynamic references',
      { properties: { ...name, in: { $dynamicRef: '#/$defs/in' } }, $defs: { in: { properties: { a: {} } } } },
      { in: { a: 1, b: 1 } },
      [['/in/b', 'unknown-property']],
    ],
    [
      'all branches of combined schemas together',
      {
        properties: name,
        // biome-ignore lint/suspicious/noThenProperty: a schema
        allOf: [{ properties: { a: {} } }, { if: { required: ['a'] }, then: { properties: { b: {} } } }],
        anyOf: [{ properties: { c: {} } }, { required: ['d'] }],
        dependentSchemas: { a: { properties: { e: {} } } },
      },
      { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 },
      [['/f', 'unknown-property']],
    ],
    [
      'maps, whose names are data',
      {
        properties: name,
        additionalProperties: { type: 'object', properties: { a: {} } },
        patternProperties: { '^x-': { type: 'object', properties: { b: {} } } },
      },
      { 'acme-corp': { a: 1 }, 'x-y': { b: 1, c: 1 } },
      [['/*/c', 'unknown-property']],
    ],
    [
      'lists and tuples',
      {
        properties: {
          ...name,
          list: { items: { properties: { a: {} } } },
          pair: { prefixItems: [{ properties: { b: {} } }] },
        },
      },
      { list: [{ a: 1 }, { z: 1 }], pair: [{ b: 1, y: 1 }] },
      [
        ['/list/*/z', 'unknown-property'],
        ['/pair/*/y', 'unknown-property'],
      ],
    ],
    [
      'nothing where any property is meant, or behind a reference that is no pointer',
      {
        properties: {
          ...name,
          free: { type: 'object' },
          far: { $ref: 'https://example.com/thing', properties: { known: {} } },
          near: { $ref: '#named' },
        },
        $defs: {
          thing: { $id: 'https://example.com/thing', properties: { a: {} } },
          named: { $anchor: 'named', properties: { a: {} } },
        },
      },
      { free: { b: 1 }, far: { c: 1 }, near: { d: 1 } },
      [],
    ],
    [
      'nothing behind a pointer into a schema of its own address within',
      {
        properties: { ...name, box: { $ref: '#/$defs/box' } },
        default: null,
        $defs: {
          box: {
            $id: 'https://example.com/box',
            default: { deep: text },
            $defs: { label: { $defs: { plain: { type: 'object' } } } },
            properties: { label: { $ref: '#/$defs/label/$defs/plain' }, other: { $ref: '#/default/deep' } },
          },
        },
      },
      { box: { label: { a: 1 }, other: 'b' } },
      [],
    ],
    [
      'nothing of a value that is null, or no object where one is described',
      { properties: { ...name, deal: { properties: { id: text } }, list: { items: { properties: { a: {} } } } } },
      { deal: null, list: [null, 7, 'text'] },
      [],
    ],
    [
      'nothing in items or properties that nothing describes',
      { properties: { ...name, list: { items: { properties: { a: {} } } }, deal: { properties: { id: text } } } },
      { list: { z: 1 }, deal: [{ b: 1 }] },
      [],
    ],
    [
      'a map within, whose values are described',
      { properties: { ...name, map: { additionalProperties: { properties: { a: {} } } } } },
      { map: { x: { a: 1, b: 1 } } },
      [['/map/*/b', 'unknown-property']],
    ],
    [
      'no open set beside a text that must be one of a few, or is no text',
      {
        properties: {
          ...name,
          one: { anyOf: [{ const: 'a' }, { ...text, const: 'b' }, { minLength: 3 }] },
          few: { anyOf: [{ const: 'a' }, { ...text, enum: ['b'] }, { minLength: 3 }] },
          none: { anyOf: [{ enum: ['a'] }, { type: 'number' }, {}] },
          numbers: { anyOf: [{ enum: [7] }, text] },
        },
      },
      { one: 'other', few: 'other', none: 'b', numbers: 'b' },
      [],
    ],
  ])('knows %s', async (_title, schema, payload, expected) => {
    expect(await found(schema, payload)).toEqual(expected);
  });

  test('looks into a payload of any depth without overflowing', async () => {
    const schema = { properties: { ...name, in: { $ref: '#' } } };
    let deep: object = { z: 1 };
    for (let level = 0; level < 500; level += 1) deep = { event, in: deep };
    expect(await found(schema, { in: { event, y: 1 } })).toEqual([['/in/y', 'unknown-property']]);
    expect(await found(schema, { in: deep })).toStrictEqual([]);
  });

  test('a replaced schema counts, and not the built-in one', async () => {
    const schema = { type: 'object', properties: { event: {}, only: {} } };
    const { send, told } = watching({ schemas: { notes_created: eventSchema(schema) } });
    expect(await send({ event: 'notes_created', only: 1, data: {} })).toBe(200);
    expect(told.map(({ path }) => path)).toEqual(['/data']);
  });
});

test('a payload’s first hundred places are listed', () => {
  const more = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`unknown_${n}`, n] as const));
  for (const [count, listed] of [
    [99, 99],
    [100, 100],
    [101, 100],
  ] as const) {
    const places = schemaDrift({ ...note, ...more(count) }).map(({ path }) => path);
    expect(places).toEqual(Array.from({ length: listed }, (_, n) => `/unknown_${n}`));
  }
});

test('a schema that refers to itself is watched like another', async () => {
  const schema = {
    $defs: {
      deal: {
        type: 'object',
        properties: { won: { type: 'boolean' } },
        dependentSchemas: { parent: { $ref: '#/$defs/deal' } },
      },
    },
    type: 'object',
    properties: { event: { const: 'deal_won' }, data: { $ref: '#/$defs/deal' } },
  };
  const { send, told, handled } = watching({ schemas: { deal_won: eventSchema(schema) } });
  expect(await send({ event: 'deal_won', data: { won: true, by: 'Ada' } })).toBe(200);
  expect(handled).toHaveLength(1);
  expect(told.map(({ path }) => path)).toEqual(['/data/by']);
});

test('a schema that refers to another by an address that is no URL is used, and not watched beyond it', async () => {
  const schemas = {
    deal_parts: eventSchema({ $id: '/schemas/deal_parts', type: 'object', properties: { won: { type: 'boolean' } } }),
    deal_won: eventSchema({
      $id: '/schemas/deal_won',
      type: 'object',
      properties: { event: { const: 'deal_won' }, data: { $ref: 'deal_parts' } },
    }),
  };
  const { send, told } = watching({ schemas });
  expect(await send({ event: 'deal_won', data: { won: true, by: 'Ada' } })).toBe(200);
  expect(await send({ event: 'deal_won', data: { won: 'yes' } })).toBe(422);
  expect(told).toStrictEqual([]);
});

test('a schema that refers to a whole other one, by an address beside its own, is watched', async () => {
  const place = 'https://example.com/schemas/';
  const schemas = {
    deal_parts: eventSchema({ $id: `${place}deal_parts`, type: 'object', properties: { won: { type: 'boolean' } } }),
    deal_won: eventSchema({
      $id: `${place}deal_won`,
      type: 'object',
      properties: { event: { const: 'deal_won' }, data: { $ref: 'deal_parts' } },
    }),
  };
  const { send, told, handled } = watching({ schemas });
  expect(await send({ event: 'deal_won', data: { won: true, by: 'Ada' } })).toBe(200);
  expect(handled).toHaveLength(1);
  expect(told.map(({ path }) => path)).toEqual(['/data/by']);
});

test.each([
  [20, 1],
  [70, 0],
])('in lists of lists, %i deep, %i is told: deeper than 64 levels nothing is looked at', async (depth, count) => {
  const schema = {
    $defs: {
      list: {
        type: ['array', 'object'],
        items: { $ref: '#/$defs/list' },
        properties: { won: { type: 'boolean' } },
      },
    },
    type: 'object',
    properties: { event: { const: 'deal_won' }, data: { $ref: '#/$defs/list' } },
  };
  let data: unknown = { by: 'Ada' };
  for (let level = 0; level < depth; level += 1) data = [data];
  const { send, told, handled } = watching({ schemas: { deal_won: eventSchema(schema) } });
  expect(await send({ event: 'deal_won', data })).toBe(200);
  expect(handled).toHaveLength(1);
  expect(told.map(({ path }) => path)).toEqual(Array.from({ length: count }, () => `/data${'/*'.repeat(depth)}/by`));
});
