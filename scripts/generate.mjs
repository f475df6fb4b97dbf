// Writes src/events/generated/ from schemas/, so that types and schemas cannot disagree.
// With --check it writes nothing, and fails naming the files that are not what it would write.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';

const schemasFolder = new URL('../schemas/', import.meta.url);
const generatedFolder = new URL('../src/events/generated/', import.meta.url);
const header = '// Generated from schemas/*.schema.json by `npm run generate`. Do not edit.\n';

const suffix = '.schema.json';
const readSchema = (name) => JSON.parse(readFileSync(new URL(`${name}${suffix}`, schemasFolder), 'utf8'));
const names = readdirSync(schemasFolder)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length))
  .filter((name) => name !== 'common')
  .sort();

// ---- What TypeScript has to know of a schema. json-schema-to-typescript ignores conditions, repeats the interface of
// an object that several schemas share, and widens a string with known values to `string`: so it is given a copy in
// which these are spelled out. The published schemas stay plain JSON Schema.

const common = readSchema('common');
/** Every titled object once, by its title: the interfaces to be. */
const interfaces = {};

function typed(schema) {
  if (schema.$ref !== undefined) return typed({ ...resolve(schema.$ref), ...omit(schema, ['$ref']) });
  if (schema.title === undefined) return spelledOut(schema);
  hoist(schema.title, spelledOut(schema));
  return { $ref: `#/$defs/${schema.title}` };
}

function resolve(ref) {
  const name = /^common\.schema\.json#\/\$defs\/(\w+)$/.exec(ref)?.[1];
  const target = name && common.$defs[name];
  if (!target) throw new Error(`generate: ${ref} is not in common${suffix}`);
  return target;
}

function hoist(title, schema) {
  const known = interfaces[title];
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
    throw new Error(`generate: two different objects have the title ${title}`);
  }
  interfaces[title] = schema;
}

function spelledOut(schema) {
  const { title, description } = schema;
  const types = [schema.type ?? []].flat();
  if (schema.const !== undefined) return { description, const: schema.const };
  if (schema.enum !== undefined) return { description, enum: schema.enum };
  if (types.length === 0) return { description, tsType: 'JsonValue' };
  if (types.includes('string') && schema.examples !== undefined) {
    return { description, tsType: openString(schema.examples, types) };
  }
  if (types[0] === 'object') return closedVariants(schema) ?? objectOf(title, description, schema);
  return { description, type: schema.type, ...(types.includes('array') && { items: itemsOf(schema) }) };
}

function itemsOf({ items }) {
  if (items === undefined) return { tsType: 'JsonValue' };
  const item = typed(items);
  // The description of the items would stand a second time beside that of the list.
  return item.$ref ? item : omit(item, ['description']);
}

/** Suggests the values that are known and admits any other: `string & {}` keeps TypeScript from merging them. */
function openString(known, types) {
  const others = types.filter((type) => type !== 'string');
  return [...known.map((value) => JSON.stringify(value)), '(string & {})', ...others].join(' | ');
}

function objectOf(title, description, { properties, required = [] }) {
  return {
    title,
    description,
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, typed(property)])),
    required,
  };
}

/**
 * An object whose `if` asks for one value of a closed set is a union of two: `then` with that value, `else` with the
 * rest. A condition on an open string has no such form, since TypeScript cannot say "any string but this one".
 */
function closedVariants(schema) {
  const [[name, condition] = []] = Object.entries(schema.if?.properties ?? {});
  const values = schema.properties[name]?.enum;
  if (values === undefined || condition.const === undefined || !schema.else) return undefined;
  const variant = (branch, kept) =>
    typed({
      title: branch.title,
      description: branch.description,
      type: 'object',
      required: schema.required,
      properties: {
        ...Object.fromEntries(Object.entries(schema.properties).map(([key, own]) => [key, merged(own, branch, key)])),
        [name]: { ...omit(schema.properties[name], ['enum']), ...kept },
      },
    });
  const rest = values.filter((value) => value !== condition.const);
  return {
    title: schema.title,
    description: schema.description,
    oneOf: [variant(schema.then, { const: condition.const }), variant(schema.else, { enum: rest })],
  };
}

const merged = (own, branch, key) => ({ ...own, ...branch.properties?.[key] });

const omit = (object, keys) => Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

// ---- The files.

async function typesFile() {
  const events = names.map((name) => [name, readSchema(name)]);
  const root = {
    description: 'Any event that Bigmind sends, told apart by `event`.',
    oneOf: events.map(([, schema]) => typed(schema)),
    $defs: interfaces,
  };
  const interfacesText = await compile(root, 'BigmindEvent', {
    additionalProperties: false,
    bannerComment: '',
    style: { printWidth: 120, singleQuote: true },
    unknownAny: true,
  });
  const map = events.map(([name, schema]) => `  ${name}: ${schema.title};\n`).join('');
  return `${header}
${interfacesText}
/** The interface of each event, by its name. */
export interface BigmindEventMap {
${map}}

/** The name of an event that Bigmind sends. */
export type EventName = keyof BigmindEventMap;

/** Whatever JSON can say. */
export type JsonValue = boolean | number | string | null | JsonValue[] | { [key: string]: JsonValue };
`;
}

const eventNamesFile = () => `${header}
import type { EventName } from './types';

/** The names of the events that Bigmind sends. */
export const eventNames = Object.freeze([
${names.map((name) => `  '${name}',\n`).join('')}] as const) satisfies readonly EventName[];
`;

// Each path is a literal, for bundlers follow no other; and both src/ and dist/ lie at the same depth above schemas/.
const schemasFile = () => `${header}
import type { EventName } from './types';

export const commonSchema: object = require('../../../schemas/common${suffix}');

export const builtInSchemas: Readonly<Record<EventName, object>> = Object.freeze({
${names.map((name) => `  ${name}: require('../../../schemas/${name}${suffix}') as object,\n`).join('')}});
`;

const files = { 'types.ts': await typesFile(), 'event-names.ts': eventNamesFile(), 'schemas.ts': schemasFile() };

if (process.argv.includes('--check')) {
  const drifted = Object.keys(files).filter((file) => current(file) !== files[file]);
  for (const file of drifted) {
    console.error(`src/events/generated/${file} is not what schemas/ gives. Run \`npm run generate\`.`);
  }
  process.exitCode = drifted.length > 0 ? 1 : 0;
} else {
  mkdirSync(generatedFolder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(new URL(file, generatedFolder), text);
}

function current(file) {
  try {
    return readFileSync(new URL(file, generatedFolder), 'utf8');
  } catch {
    return undefined;
  }
}
