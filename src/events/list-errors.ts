import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { SchemaError } from '../foundations/contracts/schema-error';
import { isRecord } from '../foundations/is-record';
import { builtInSchemas, commonSchema } from './generated/schemas';
import { toSchemaError } from './schema-error';
import { readEventName, validateEvent } from './validate-event';

/** How many errors are listed of one payload. */
const mostErrors = 100;

/** How many items of lists, over all lists of a payload, are looked at when collecting errors. */
const mostItems = 10_000;

let validators: ReadonlyMap<string, ValidateFunction> | undefined;

/**
 * Every place where a payload and the schema of its event part, at most 100 of them; none for an event that Bigmind
 * sends. For tools: a receiver stops at the first, since collecting them is what a hostile payload makes costly. Of a
 * payload with more than 10,000 items in its lists, those beyond may go unseen once others were found.
 */
export function schemaErrors(value: unknown): readonly SchemaError[] {
  const verdict = validateEvent(value);
  if (verdict.valid) return [];
  const name = readEventName(value);
  validators ??= compileForAll();
  const validate = typeof name === 'string' ? validators.get(name) : undefined;
  if (validate === undefined || validate(withFewItems(value))) return verdict.errors;
  return distinct(validate.errors ?? []).slice(0, mostErrors);
}

/** The same schemas again, for Ajv writes stopping at the first error into the code that it makes of them. */
function compileForAll(): ReadonlyMap<string, ValidateFunction> {
  const ajv = new Ajv2020({
    allErrors: true,
    logger: false,
    strict: false,
    meta: false,
    validateSchema: false,
    messages: false,
    unicodeRegExp: false,
  });
  addFormats(ajv, ['date-time']).addSchema(commonSchema, 'common.schema.json');
  return new Map(Object.entries(builtInSchemas).map(([name, schema]) => [name, ajv.compile(schema)]));
}

function distinct(errors: NonNullable<ValidateFunction['errors']>): SchemaError[] {
  const found = new Map<string, SchemaError>();
  for (const error of errors) {
    // An `if` only repeats that its `then` failed.
    if (error.keyword === 'if') continue;
    const { pointer, keyword, detail } = toSchemaError([error]);
    found.set(`${pointer} ${keyword} ${detail}`, { pointer, keyword, detail });
  }
  return [...found.values()];
}

/**
 * A copy whose lists end where the budget does: only lists make a payload's errors many, as our schemas refuse no
 * additional property and ask no least length. Breadth first, so that a long list deep down takes nothing from those
 * above it; without recursion, which deep nesting would overflow.
 */
function withFewItems(value: unknown): unknown {
  let left = mostItems;
  const root = shellOf(value);
  const pending: [unknown, unknown][] = [[value, root]];
  for (const [source, target] of pending) {
    if (Array.isArray(source) && Array.isArray(target)) {
      for (const item of source.slice(0, left) as unknown[]) target.push(next(item));
      left -= target.length;
    } else if (isRecord(source) && isRecord(target)) {
      for (const [name, held] of Object.entries(source)) target[name] = next(held);
    }
  }
  return root;

  function next(held: unknown): unknown {
    const shell = shellOf(held);
    if (shell !== held) pending.push([held, shell]);
    return shell;
  }
}

/** An empty list for a list, an empty object (of which no key is special) for an object, else the value. */
function shellOf(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  return isRecord(value) ? (Object.create(null) as object) : value;
}
