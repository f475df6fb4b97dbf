import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import type { SchemaError } from '../foundations/contracts/schema-error';
import { isRecord } from '../foundations/is-record';
import { addFormats } from './add-formats';
import { compileSchema } from './compile-schema';
import { withCommon } from './compile-schemas';
import { builtInSchemas } from './generated/schemas';
import { toSchemaError } from './schema-error';
import { readEventName, validateEvent } from './validate-event';

/** How many errors of one payload are listed. */
const mostErrors = 100;

/** How many list items of a payload are checked when collecting errors, over all its lists. */
const mostItems = 10_000;

let validators: ReadonlyMap<unknown, ValidateFunction> | undefined;

/**
 * Lists every place where a payload does not match its event's schema, at most 100; the list is empty for a valid
 * event. It is for tools. A receiver stops at the first error, since a hostile payload would make collecting costly. If
 * the lists of a payload have more than 10,000 items together, errors in the items beyond may be missing.
 */
export function listErrors(value: unknown): readonly SchemaError[] {
  const verdict = validateEvent(value);
  if (verdict.valid) return [];
  validators ??= compileForAll();
  const validate = validators.get(readEventName(value));
  if (validate === undefined || validate(withFewItems(value))) return verdict.errors;
  return distinct(validate.errors ?? []).slice(0, mostErrors);
}

/** Compiles the schemas again, since Ajv's compiled code either stops at the first error or collects all. */
function compileForAll(): ReadonlyMap<string, ValidateFunction> {
  const options = {
    allErrors: true,
    logger: false,
    strict: false,
    meta: false,
    validateSchema: false,
    messages: false,
    unicodeRegExp: false,
  } as const;
  const ajv = withCommon(addFormats(new Ajv2020(options), ['date-time']));
  return new Map(Object.entries(builtInSchemas).map(([name, schema]) => [name, compileSchema(ajv, schema)]));
}

function distinct(errors: NonNullable<ValidateFunction['errors']>): SchemaError[] {
  const found = new Map<string, SchemaError>();
  for (const error of errors) {
    // The error of an `if` only repeats that its `then` failed.
    if (error.keyword === 'if') continue;
    const { pointer, keyword, detail } = toSchemaError([error]);
    found.set(`${pointer} ${keyword} ${detail}`, { pointer, keyword, detail });
  }
  return [...found.values()];
}

/**
 * Copies a payload with at most `mostItems` list items. Only lists can cause many errors: our schemas refuse no
 * additional property and require no minimum length. The copy is made breadth first, so that a long list deep down
 * takes no items from lists above it. It does not recurse, since deep nesting would overflow the stack.
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
    pending.push([held, shell]);
    return shell;
  }
}

/** An empty list for a list, an empty object without special keys for an object, else the value itself. */
function shellOf(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  return isRecord(value) ? (Object.create(null) as object) : value;
}
