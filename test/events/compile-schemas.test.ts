import { Ajv2020 } from 'ajv/dist/2020';
import { compileSchemas } from '../../src/events/compile-schemas';
import { builtInSchemas, commonSchema } from '../../src/events/generated/schemas';
import { eventNames } from '../../src/events/guards';
import { computingTime } from '../fixtures/computing-time';
import { examplesOf } from '../fixtures/reference-examples';

/** The error that a schema of the caller's gives for a payload. */
const errorOf = (schema: object, payload: unknown) => compileSchemas({ custom: schema }).get('custom')?.(payload);

test('compiles the built-in schemas once', () => {
  expect(compileSchemas()).toBe(compileSchemas({}));
  expect([...compileSchemas().keys()]).toEqual(eventNames);
  expect(compileSchemas({ custom: {} }).get('notes_created')).toBe(compileSchemas().get('notes_created'));
});

describe('a custom schema', () => {
  test('adds an event', () => {
    const checks = compileSchemas({ deal_won: { type: 'object', required: ['amount'] } });
    expect([...checks.keys()]).toEqual([...eventNames, 'deal_won']);
    expect(checks.get('deal_won')?.({ amount: 1 })).toBeUndefined();
    expect(checks.get('deal_won')?.({})).toEqual({
      pointer: '/amount',
      keyword: 'required',
      detail: 'must be present',
    });
  });

  test('replaces a built-in one, whose $id it may keep, in this call alone', () => {
    const [event] = examplesOf('summary_created');
    const stricter = { ...builtInSchemas.summary_created, required: ['proof'] };
    expect(compileSchemas({ summary_created: stricter }).get('summary_created')?.(event)).toMatchObject({
      pointer: '/proof',
    });
    expect(compileSchemas().get('summary_created')?.(event)).toBeUndefined();
  });

  test('may be any of the published ones, also the common one', () => {
    const all = { ...builtInSchemas, common: commonSchema };
    expect([...compileSchemas(all).keys()]).toEqual([...eventNames, 'common']);
  });

  test.each(['common.schema.json', 'https://bigmind-webhooks.dev/schemas/common.schema.json'])(
    'may refer to %s',
    (file) => {
      const schema = { properties: { id: { $ref: `${file}#/$defs/id` }, at: { $ref: `${file}#/$defs/timestamp` } } };
      expect(errorOf(schema, { id: '' })).toMatchObject({ pointer: '/id', keyword: 'minLength' });
      expect(errorOf(schema, { at: '2025-10-10 14:30' })).toMatchObject({ pointer: '/at', keyword: 'format' });
    },
  );

  test('may use the formats of JSON Schema', () => {
    const schema = { properties: { site: { type: 'string', format: 'uri' } } };
    expect(errorOf(schema, { site: 'https://example.com' })).toBeUndefined();
    expect(errorOf(schema, { site: 'no site' })).toMatchObject({ keyword: 'format', detail: 'must be a uri' });
  });

  test('may have a name that objects inherit', () => {
    const schemas = JSON.parse('{"__proto__":{"type":"string"},"constructor":{"type":"string"}}');
    const checks = compileSchemas(schemas);
    expect(checks.get('__proto__')?.(7)).toMatchObject({ keyword: 'type' });
    expect(checks.get('constructor')?.(7)).toMatchObject({ keyword: 'type' });
    expect(compileSchemas().get('constructor')).toBeUndefined();
  });

  test('does not find in a payload what every object inherits', () => {
    const schema = { type: 'object', required: ['constructor'], properties: { toString: { type: 'string' } } };
    expect(errorOf(schema, {})).toMatchObject({ pointer: '/constructor', keyword: 'required' });
    expect(errorOf(schema, { constructor: 1 })).toBeUndefined();
    expect(errorOf(schema, JSON.parse('{"constructor":1,"__proto__":{"toString":1}}'))).toBeUndefined();
  });

  test.each<[string, object, string]>([
    ['breaks the rules of JSON Schema', { type: 'strnig' }, 'schema is invalid: data/type must be'],
    ['has a keyword that nobody knows', { requierd: ['a'] }, 'unknown keyword: "requierd"'],
    ['refers to nothing', { $ref: '#/$defs/none' }, "can't resolve reference #/$defs/none"],
    ['has a pattern that is no expression', { type: 'string', pattern: '(' }, 'Invalid regular expression'],
    ['is asynchronous, and so true of everything', { $async: true, type: 'object' }, '$async is not supported'],
    ['is a list', [], 'it is no object'],
    ['is null', null as unknown as object, 'it is no object'],
    ['is true', true as unknown as object, 'it is no object'],
  ])('throws, naming itself and the reason, where it %s', (_title, schema, reason) => {
    const compile = () => compileSchemas({ good: {}, 'deal/won': schema });
    expect(compile).toThrow('The schema of "deal/won" cannot be compiled: ');
    expect(compile).toThrow(reason);
    const cause: unknown = expect.objectContaining({ message: expect.stringContaining(reason) as string });
    expect(compile).toThrow(expect.objectContaining({ cause }));
  });

  test('may have an empty fragment for an address, several of them', () => {
    const checks = compileSchemas({ deal: { $id: '#', required: ['a'] }, lead: { $id: '#', required: ['b'] } });
    expect([checks.get('deal')?.({ a: 1 }), checks.get('lead')?.({ a: 1 })]).toEqual([
      undefined,
      expect.objectContaining({ pointer: '/b' }),
    ]);
  });

  test('may have words that JSON Schema takes for annotations, at any place, and formats that nobody checks', () => {
    const schema = {
      type: 'object',
      example: { a: 1, exampel: 2 },
      'x-internal': { propertys: true },
      externalDocs: { url: 'https://example.com' },
      tsType: 'Deal',
      properties: {
        phone: { type: 'string', format: 'phone', example: '+1' },
        x: { items: { anyOf: [{ 'x-order': 1, type: 'string', format: 'iri-reference' }] } },
        tags: { items: { 'x-tag': 1, type: 'string' } },
        format: { const: 'requierd' },
        data: { default: { '2nd name': 1, 'a blank': 1, 'x-minLength': 1 }, 'x-minLength': 2 },
        pair: { const: { requierd: 1 }, enum: [{ requierd: 1 }], default: { requierd: 1 } },
      },
      required: ['phone'],
    };
    expect(errorOf(schema, { phone: 'any text', x: [''], format: 'requierd' })).toBeUndefined();
    expect(errorOf(schema, { phone: 5 })).toMatchObject({ pointer: '/phone', keyword: 'type' });
    expect(errorOf(schema, {})).toMatchObject({ pointer: '/phone', keyword: 'required' });
  });

  test.each(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])(
    'may have any name within %s, and annotations in the schema of that name',
    (keyword) => {
      const naming = (amount: object) => ({ allOf: [{ $ref: `#/${keyword}/amount` }], [keyword]: { amount } });
      expect(errorOf(naming({ 'x-unit': 'EUR', type: 'object' }), {})).toBeUndefined();
      expect(() => errorOf(naming({ requierd: ['a'] }), {})).toThrow('unknown keyword: "requierd"');
    },
  );

  test.each(['requierd', 'propertys', 'additionalPropertis', 'minLenght', 'oneOff', 'patern'])(
    'may not have %s, which is a known word misspelt, however deep',
    (word) => {
      const schema = { properties: { data: { items: { [word]: {} } } } };
      expect(() => compileSchemas({ custom: schema })).toThrow(`unknown keyword: "${word}"`);
    },
  );

  test('refuses what nests too deep for it, and says that it could not be judged', () => {
    const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;
    const list = { type: 'array', items: { $ref: '#' } };
    const checks = compileSchemas({ list, other: { not: list }, same: { uniqueItems: true } });
    const twice = [nested(100_000), nested(100_000)];
    expect([checks.get('list')?.(nested(100)), checks.get('same')?.([nested(100), 1])]).toEqual([undefined, undefined]);
    for (const [name, payload] of [
      ['list', nested(100_000)],
      ['other', nested(100_000)],
      ['same', twice],
    ] as const) {
      expect(checks.get(name)?.(payload)).toEqual({
        pointer: '',
        keyword: 'unjudged',
        detail: expect.stringMatching(/^cannot be checked against its schema \(RangeError\): .*too deep$/),
      });
    }
    // It judges what comes next as before.
    expect(checks.get('list')?.([[7]])).toMatchObject({ pointer: '/0/0', keyword: 'type' });
  });

  test('passes on what a value of the caller’s throws', () => {
    const thrown = new TypeError('of a getter');
    const value = {
      get name() {
        throw thrown;
      },
    };
    expect(() => errorOf({ properties: { name: { type: 'string' } } }, value)).toThrow(thrown);
  });

  test('throws where two have the same $id', () => {
    const schema = () => ({ $id: 'https://example.com/one', type: 'object' });
    expect(() => compileSchemas({ one: schema(), two: schema() })).toThrow('The schema of "two" cannot be compiled: ');
  });
});

describe('an error', () => {
  test('escapes ~ and / in its pointer', () => {
    const schema = { properties: { 'a/b': { properties: { 'c~d': { type: 'string' } }, required: ['~/'] } } };
    expect(errorOf(schema, { 'a/b': { '~/': 1, 'c~d': 7 } })?.pointer).toBe('/a~1b/c~0d');
    expect(errorOf(schema, { 'a/b': {} })?.pointer).toBe('/a~1b/~0~1');
    expect(errorOf({ additionalProperties: { type: 'string' } }, { 'x/y~z': 7 })?.pointer).toBe('/x~1y~0z');
  });

  const text = { type: 'string' };
  const shape = (kind: string) => ({ properties: { kind: { const: kind }, [kind]: text }, required: ['kind', kind] });
  const told = { discriminator: { propertyName: 'kind' }, oneOf: [shape('cat'), shape('dog')], type: 'object' };
  const conditional = (then: object) => ({
    if: { required: ['a'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: { properties: { a: then } },
    $defs: { tree },
  });
  const tree = { type: 'object', properties: { inner: { $ref: '#/$defs/tree' } } };

  test.each<[string, object, unknown, string, string]>([
    ['within then, not if', conditional(text), { a: 7 }, '/a', 'type'],
    ['within then by reference', conditional({ $ref: '#/$defs/tree' }), { a: { inner: 7 } }, '/a/inner', 'type'],
    ['within the branch that is told', told, { kind: 'dog', dog: 7 }, '/dog', 'type'],
    ['for what that branch lacks', told, { kind: 'dog', cat: '' }, '/dog', 'required'],
    ['for a branch that is not told', told, {}, '/kind', 'required'],
    ['for a branch told in no string', told, { kind: 7 }, '/kind', 'type'],
    ['for a branch that is not there', told, { kind: 'owl' }, '/kind', 'enum'],
    ['for all branches, where none is told', { anyOf: [text, { type: 'null' }] }, 7, '', 'anyOf'],
    ['for all branches of oneOf', { properties: { a: { oneOf: [text, shape('cat')] } } }, { a: {} }, '/a', 'oneOf'],
    ['at a property too many', { additionalProperties: false }, { a: 1 }, '/a', 'additionalProperties'],
    ['at a property unevaluated', { unevaluatedProperties: false }, { a: 1 }, '/a', 'unevaluatedProperties'],
    ['at a property badly named', { propertyNames: { pattern: '^b' } }, { a: 1 }, '/a', 'propertyNames'],
    ['at a property that another asks for', { dependentRequired: { a: ['b'] } }, { a: 1 }, '/b', 'dependentRequired'],
    ['in a list', { items: { items: text } }, [[], ['', 7]], '/1/1', 'type'],
  ])('is %s', (_title, schema, payload, pointer, keyword) => {
    expect(errorOf(schema, payload)).toEqual({ pointer, keyword, detail: expect.any(String) });
  });

  const branches = { type: 'object', required: ['a'], oneOf: [{ properties: { a: { const: 'b' } } }] };

  test.each<[object, unknown, string]>([
    [{ type: ['string', 'null'] }, 7, 'must be string or null'],
    [{ enum: ['a', null] }, 7, 'must be one of "a", null'],
    [{ const: 'a' }, 7, 'must be "a"'],
    [{ type: 'string', minLength: 1 }, '', 'must not be empty'],
    [{ type: 'string', minLength: 2 }, '🦉', 'must have at least 2 characters'],
    [{ type: 'string', maxLength: 1 }, 'ab', 'must have at most 1 characters'],
    [{ type: 'number', minimum: 0 }, -1, 'must be at least 0'],
    [{ type: 'number', maximum: 0 }, 1, 'must be at most 0'],
    [{ type: 'array', minItems: 1 }, [], 'must have at least 1 items'],
    [{ type: 'array', maxItems: 0 }, [1], 'must have at most 0 items'],
    [{ type: 'string', pattern: '^b' }, 'a', 'must match ^b'],
    [{ type: 'number', multipleOf: 2 }, 1, 'must satisfy multipleOf'],
    [{ additionalProperties: false }, { a: 1 }, 'must not be present'],
    [{ unevaluatedProperties: false }, { a: 1 }, 'must not be present'],
    [{ type: 'string', format: 'uri' }, 'no site', 'must be a uri'],
    [{ format: 'int32' }, 2 ** 40, 'must be a int32'],
    [{ discriminator: { propertyName: 'a' }, ...branches }, { a: 7 }, 'must be string'],
    [{ format: 'date-time' }, '2'.repeat(1001), 'must be a date-time of at most 1000 characters'],
    [{ not: {} }, 1, 'must satisfy not'],
    [{ required: ['constructor'] }, {}, 'must be present'],
  ])('of %j says of %j: %s', (schema, payload, detail) => {
    expect(errorOf(schema, payload)?.detail).toBe(detail);
  });

  test.each([
    [{ format: 'binary' }, 'any'],
    [{ format: 'password' }, 'any'],
    [{ format: 'int32' }, 7],
    [{ format: 'json-pointer' }, `/${'a'.repeat(999_999)}`],
  ])('finds none with %j', (schema, payload) => {
    expect(errorOf(schema, payload)).toBeUndefined();
  });

  test('of a very long text names a longest length for its format alone', () => {
    const long = 'a'.repeat(1_000_001);
    expect(errorOf({ format: 'uri' }, long.slice(1))?.detail).toBe('must be a uri');
    expect(errorOf({ type: 'string', pattern: '^b' }, long)?.detail).toBe('must match ^b');
    expect(errorOf({ format: 'uri' }, long)?.detail).toBe('must be a uri of at most 1000000 characters');
  });
});

test.each<[string, (length: number) => string]>([
  ['letters', (length) => 'a'.repeat(length)],
  ['letters that are not Latin-1', (length) => 'ж'.repeat(length)],
  ['owls', (length) => '🦉'.repeat(length / 2)],
  ['an address and a blank', (length) => `a@${'a'.repeat(length)} `],
  ['at signs', (length) => '@'.repeat(length)],
])('an address of 20 MB of %s costs no more than its length', (_title, repeated) => {
  const [event] = examplesOf('signal_action');
  const payload = { ...event, data: { ...event?.data, userEmail: repeated(20_000_000) } };
  const computedMs = computingTime();
  expect(compileSchemas().get('signal_action')?.(payload)).toMatchObject({ keyword: 'pattern' });
  // The square of such a length would be hours.
  expect(computedMs()).toBeLessThan(20_000);
});

test('where the process forbids code that is made from text, a schema of one’s own says so, and not that it is wrong', () => {
  const cause = new EvalError('Code generation from strings disallowed for this context');
  const compile = jest.spyOn(Ajv2020.prototype, 'compile').mockImplementation(() => {
    throw cause;
  });
  try {
    const forbidden = expect.objectContaining({ code: 'CODE_GENERATION_FORBIDDEN', cause }) as Error;
    expect(() => compileSchemas({ custom: {} })).toThrow(forbidden);
  } finally {
    compile.mockRestore();
  }
});
