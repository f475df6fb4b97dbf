import { isRecord } from '../foundations/is-record';
import { type Part, type SchemaDocuments, spreadOut } from './spread-out';

/** What a schema knows of a value: its properties, its items, its usual texts. Conditions are left to Ajv. */
export interface Shape {
  /** The shapes of the listed properties; `null` where there is nothing more to know. Without any, all are known. */
  readonly properties: ReadonlyMap<string, Shape | null> | undefined;
  /** The shape of all other properties, if they may have any name. */
  readonly others: Shape | undefined;
  readonly items: Shape | undefined;
  /** The listed values of an open set. */
  readonly values: ReadonlySet<string> | undefined;
}

type MutableShape = { -readonly [Name in keyof Shape]: Shape[Name] };

/** Works out the shapes of the schemas that belong together, once. */
export function shapeMaker(documents: SchemaDocuments): (schema: object) => Shape {
  const made = new Map<string, Shape>();
  const unfinished = new Set<Shape>();
  const numbers = new Map<object, number>();
  const numberOf = (schema: object): number => {
    const number = numbers.get(schema) ?? numbers.size;
    numbers.set(schema, number);
    return number;
  };

  function shapeOf(given: readonly Part[]): Shape {
    const { parts, isWhole } = spreadOut(given, documents);
    const name = parts.map(({ schema }) => numberOf(schema)).join();
    const known = made.get(name);
    if (known !== undefined) return known;
    const shape: MutableShape = { properties: undefined, others: undefined, items: undefined, values: undefined };
    // Before its parts: a schema may contain itself.
    made.set(name, shape);
    unfinished.add(shape);
    shape.properties = propertiesOf(parts);
    const others = insideOf(parts, ({ additionalProperties, unevaluatedProperties, patternProperties }) =>
      [additionalProperties, unevaluatedProperties, Object.values(patternProperties ?? {})].flat(),
    );
    // A reference that leads nowhere here may allow anything.
    if (others.length > 0 || !isWhole) shape.others = shapeOf(others);
    const items = insideOf(parts, ({ items, prefixItems, unevaluatedItems }) =>
      [items, unevaluatedItems, prefixItems].flat(),
    );
    if (items.length > 0) shape.items = shapeOf(items);
    shape.values = listedIn(parts);
    unfinished.delete(shape);
    return shape;
  }

  function propertiesOf(parts: readonly Part[]): Shape['properties'] {
    const found = new Map<string, Part[]>();
    for (const { schema, root } of parts) {
      const { properties, required } = schema;
      for (const name of Array.isArray(required) ? (required as string[]) : []) addTo(found, name, []);
      for (const [name, inner] of Object.entries(properties ?? {}))
        addTo(found, name, isRecord(inner) ? [{ schema: inner, root }] : []);
    }
    if (found.size === 0) return undefined;
    return new Map([...found].map(([name, inner]) => [name, unlessEmpty(shapeOf(inner))]));
  }

  function unlessEmpty(shape: Shape): Shape | null {
    const isEmpty = Object.values(shape).every((part) => part === undefined);
    return isEmpty && !unfinished.has(shape) ? null : shape;
  }

  return (schema) => {
    const root = schema as Record<string, unknown>;
    return shapeOf([{ schema: root, root }]);
  };
}

function addTo(found: Map<string, Part[]>, name: string, parts: readonly Part[]): void {
  found.set(name, [...(found.get(name) ?? []), ...parts]);
}

function insideOf(parts: readonly Part[], pick: (schema: Part['schema']) => readonly unknown[]): readonly Part[] {
  return parts.flatMap(({ schema, root }) =>
    pick(schema)
      .filter(isRecord)
      .map((inner) => ({ schema: inner, root })),
  );
}

const ours = 'https://bigmind-webhooks.dev/schemas/';

/** The values of open sets: any text is valid, and some are known. */
function listedIn(parts: readonly Part[]): ReadonlySet<string> | undefined {
  const listed = parts.flatMap(({ schema, root }) => {
    const isOurs = typeof root['$id'] === 'string' && root['$id'].startsWith(ours);
    return (isOurs ? suggested(schema) : undefined) ?? unionOf(schema) ?? [];
  });
  return listed.length === 0 ? undefined : new Set(listed);
}

/** In our own schemas, the examples of a text are an open set. In other people's they may be any text. */
function suggested(schema: Part['schema']): readonly string[] | undefined {
  const { examples } = schema;
  return admitsAnyText(schema) && Array.isArray(examples) ? texts(examples) : undefined;
}

/** `{ anyOf: [{ enum: ['won', 'lost'] }, { type: 'string' }] }`. A text of a form, such as a number of a phone, is no set. */
function unionOf({ anyOf, oneOf }: Part['schema']): readonly string[] | undefined {
  const branches = [anyOf, oneOf].flat().filter(isRecord);
  return branches.some((branch) => admitsAnyText(branch) && !forms.some((form) => form in branch))
    ? texts(branches.flatMap(({ enum: values, const: only }) => [values, only].flat()))
    : undefined;
}

const forms = ['format', 'pattern', 'minLength', 'maxLength', 'contentEncoding', 'contentMediaType', 'not'];

function admitsAnyText({ type, enum: values, const: only }: Part['schema']): boolean {
  return [type].flat().includes('string') && values === undefined && only === undefined;
}

function texts(values: readonly unknown[]): readonly string[] {
  return values.filter((value) => typeof value === 'string');
}
