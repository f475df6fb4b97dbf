import { compileSchemas, type EventCheck } from '../events/compile-schemas';
import { eventShapes } from '../events/event-shapes';
import type { Shape } from '../events/shape';
import { isWebhookError, WebhookError } from '../foundations/errors';
import { isRecord } from '../foundations/is-record';
import { awaitIt, badOption, isOptions } from '../foundations/option-checks';

/** The compiled schemas of all events, the built-in ones included, and their shapes, by event name. */
export interface ParsedSchemas {
  readonly checks: ReadonlyMap<string, EventCheck>;
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** Checks and compiles the option `schemas`. */
export function parseSchemas(schemas: unknown): ParsedSchemas {
  if (!isOptions(schemas)) {
    throw badOption('schemas', 'an object of schemas by event name', schemas);
  }
  const json = Object.fromEntries(Object.entries(schemas).map(([name, entry]) => [name, parseSchema(name, entry)]));
  try {
    return { checks: compileSchemas(json), shapes: eventShapes(json) };
  } catch (cause) {
    if (isWebhookError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : 'not usable';
    throw new WebhookError('BAD_SCHEMA', `schemas: ${reason}. Expected JSON Schema 2020-12.`, { cause });
  }
}

function parseSchema(name: string, entry: unknown): object {
  if (name === '' || name === '*') {
    throw badOption('schemas', 'the names of events', name, "'*' stands for all of them in on().");
  }
  const schema = (entry as { schema?: unknown } | null | undefined)?.schema;
  if (typeof schema !== 'object' || schema === null) {
    const isWrapped = isRecord(entry) && 'schema' in entry;
    throw isWrapped
      ? badOption(`schemas.${name}`, 'a JSON Schema in eventSchema(json)', schema)
      : badOption(`schemas.${name}`, 'what eventSchema(json) returns', entry, 'Wrap the JSON Schema in it.');
  }
  // These have no keywords, and would be schemas that accept every payload.
  if (!isOptions(schema) && !Array.isArray(schema)) throw noSchema(name, schema, awaitIt(schema));
  if (Object.keys(schema).join() === 'default') throw noSchema(name, schema, onlyDefault);
  requireOwnName(name, schema);
  return schema;
}

/** Deliveries are matched by name: a schema under a name that it refuses would leave all of its event `ignored`. */
function requireOwnName(name: string, schema: object): void {
  const { properties } = schema as { properties?: unknown };
  const ofEvent = isRecord(properties) ? properties['event'] : undefined;
  if (!isRecord(ofEvent)) return;
  const named = typeof ofEvent['const'] === 'string' ? [ofEvent['const']] : ofEvent['enum'];
  if (!Array.isArray(named) || named.length === 0 || named.includes(name)) return;
  const names = named.slice(0, mostNames).map((each) => JSON.stringify(each));
  throw new WebhookError(
    'BAD_OPTION',
    `schemas.${name}: expected the name that the schema has in properties.event, ${names.join(' or ')}, got ` +
      `${JSON.stringify(name)}. Write the name as Bigmind sends it, as in schemas: { ${names[0]}: … }.`,
  );
}

/** How many names of an `enum` a message shows. */
const mostNames = 5;

const onlyDefault =
  'Its only key is default, as in the exports of a JSON module: pass what is in it, as in eventSchema(module.default).';

function noSchema(name: string, schema: unknown, remedy: string): Error {
  return badOption(`schemas.${name}`, 'a JSON Schema', schema, remedy);
}
