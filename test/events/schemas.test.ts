import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { builtInSchemas, commonSchema } from '../../src/events/generated/schemas';
import { eventNames } from '../../src/events/guards';
import { examplesOf, referenceExamples } from '../fixtures/reference-examples';

const files: [string, object][] = [['common', commonSchema], ...Object.entries(builtInSchemas)];

type Visit = (schema: Record<string, unknown>, path: string) => void;

/** Visits every schema within a schema. */
function walk(schema: unknown, visit: Visit, path = '#'): void {
  if (typeof schema !== 'object' || schema === null) return;
  const node = schema as Record<string, unknown>;
  visit(node, path);
  for (const [keyword, value] of Object.entries(node)) {
    const inner = `${path}/${keyword}`;
    if (['items', 'not', 'if', 'then', 'else'].includes(keyword)) walk(value, visit, inner);
    if (['properties', '$defs', 'allOf'].includes(keyword)) {
      for (const [name, each] of Object.entries(value as object)) walk(each, visit, `${inner}/${name}`);
    }
  }
}

function placesWhere(schema: object, matches: (node: Record<string, unknown>, path: string) => boolean): string[] {
  const places: string[] = [];
  walk(schema, (node, path) => {
    if (matches(node, path)) places.push(path);
  });
  return places;
}

// The only place for these numbers: an event is neither lost nor added unnoticed. All other tests derive them.
test('the reference has 16 events and 17 payloads', () => {
  expect([eventNames.length, referenceExamples.length]).toEqual([16, 17]);
});

test('there is a schema for each event of the reference, and no other', () => {
  expect(Object.keys(builtInSchemas)).toEqual([...new Set(referenceExamples.map(({ event }) => event))].sort());
});

test.each(eventNames)('the examples of %s are those of the reference', (name) => {
  expect(builtInSchemas[name]).toMatchObject({ examples: examplesOf(name) });
  expect(Reflect.get(builtInSchemas[name], 'examples')).toHaveLength(examplesOf(name).length);
});

describe.each(files)('%s.schema.json', (name, schema) => {
  test('is known by its file name', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `https://bigmind-webhooks.dev/schemas/${name}.schema.json`,
    });
  });

  test('says in words what each object and each property is', () => {
    const named = /^#$|\/(?:properties|\$defs)\/\w+$/;
    const undescribed = placesWhere(
      schema,
      ({ $ref, description }, path) =>
        named.test(path) && !/\/(?:if|then|else)\//.test(path) && $ref === undefined && !description,
    );
    expect(undescribed).toStrictEqual([]);
  });

  test('has a title for each object, to be its interface', () => {
    expect(placesWhere(schema, ({ type, title }) => type === 'object' && !title)).toStrictEqual([]);
  });

  test('never closes an object to properties that the vendor may add', () => {
    const closing = ['additionalProperties', 'unevaluatedProperties', 'propertyNames', 'maxProperties'];
    expect(placesWhere(schema, (node) => closing.some((keyword) => keyword in node))).toStrictEqual([]);
  });
});

test('any validator of draft 2020-12 takes the schemas as they are, without a keyword or format of ours', () => {
  // Strict, so that a keyword that the standard does not know would throw.
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, validateFormats: true });
  addFormats(ajv);
  for (const [, schema] of files) ajv.addSchema(schema);
  for (const example of referenceExamples) {
    const schema = builtInSchemas[example.event];
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(ajv.validate(schema, example)).toBe(true);
    expect(ajv.validate(schema, { ...example, data: {} })).toBe(false);
  }
});
