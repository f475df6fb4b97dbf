import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020';
import type { SchemaError } from '../foundations/contracts/schema-error';
import { isWebhookError } from '../foundations/errors';
import { isRecord } from '../foundations/is-record';
import { addFormats } from './add-formats';
import { compileSchema } from './compile-schema';
import { declareAnnotations } from './declare-annotations';
import { builtInSchemas, commonSchema } from './generated/schemas';
import { toSchemaError, unjudged } from './schema-error';

/**
 * Returns the first error of a payload, or `undefined` if its schema accepts it. It never changes the payload. A payload
 * that cannot be judged is refused.
 */
export type EventCheck = (payload: unknown) => SchemaError | undefined;

// Only the first error is reported: collecting all of a hostile payload takes far more memory than the payload.
const shared: Options = { allErrors: false, logger: false, strictTypes: false, strictRequired: false };

// The tests check the published schemas against the meta-schema, so no process does so at its start. `optimize` would
// slow the start and gain nothing.
const builtInOptions: Options = {
  ...shared,
  meta: false,
  validateSchema: false,
  messages: false,
  code: { optimize: false },
  // Our one pattern matches the same without the flag `u`, which is slow on long text that is not Latin-1 and throws on
  // very long text. It has `xx*` for `x+`: V8 counts the rounds of a `+` in a process with much compiled code, on a stack
  // that long text overflows.
  unicodeRegExp: false,
};

// No property of our schemas has a name that objects inherit, so the built-in checks need no `ownProperties`, which
// doubles their cost. Custom schemas may have such names: `required: ['constructor']`.
// `verbose` puts the refused value into an error, for its length.
const customOptions: Options = { ...shared, discriminator: true, ownProperties: true, verbose: true };

let builtIn: ReadonlyMap<string, EventCheck> | undefined;

/** Checks by event name. The built-in ones are compiled once in each process; custom ones are added or replace them. */
export function compileSchemas(custom: Readonly<Record<string, object>> = {}): ReadonlyMap<string, EventCheck> {
  builtIn ??= compileBuiltIn();
  const additions = Object.entries(custom);
  return additions.length === 0 ? builtIn : new Map([...builtIn, ...compileCustom(additions)]);
}

function compileBuiltIn(): ReadonlyMap<string, EventCheck> {
  const ajv = withCommon(addFormats(new Ajv2020(builtInOptions), ['date-time']));
  return new Map(Object.entries(builtInSchemas).map(([name, schema]) => [name, toCheck(compileSchema(ajv, schema))]));
}

/** Uses another Ajv, so that a schema may keep the `$id` of the built-in one that it replaces. */
function compileCustom(schemas: readonly (readonly [string, object])[]): [string, EventCheck][] {
  const ajv = new Ajv2020(customOptions);
  withCommon(addFormats(ajv));
  // Schemas may refer to one another: all are known before the first is compiled.
  for (const [name, schema] of schemas) naming(name, () => declareOne(ajv, schema));
  for (const [schema, name] of new Map(schemas.map(([each, json]) => [json, each]))) {
    naming(name, () => addById(ajv, schema));
  }
  return schemas.map(([name, schema]) => [name, naming(name, () => compileOne(ajv, schema))]);
}

function declareOne(ajv: Ajv2020, schema: object): void {
  // For callers without TypeScript: Ajv would compile `true`, and an array as a schema that accepts everything.
  if (!isRecord(schema)) throw new Error('it is no object');
  declareAnnotations(ajv, schema);
}

function addById(ajv: Ajv2020, schema: object): void {
  const id = idOf(schema);
  // The common schema is known already.
  if (id !== undefined && id !== idOf(commonSchema)) ajv.addSchema(schema);
}

/** Ajv refuses one that is no text. */
function idOf(schema: { readonly $id?: string }): string | undefined {
  return /[^#]/.test(String(schema.$id)) ? schema.$id : undefined;
}

function compileOne(ajv: Ajv2020, schema: object): EventCheck {
  const validate = compileSchema(ajv, schema);
  // An async schema returns a promise, which counts as true for every payload.
  if ('$async' in validate) throw new Error('$async is not supported');
  return toCheck(validate);
}

/** Names the schema in what `step` throws. */
function naming<T>(name: string, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    if (isWebhookError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The schema of ${JSON.stringify(name)} cannot be compiled: ${reason}`, { cause });
  }
}

/** Adds the common schema by its `$id` and its file name, so that copies of published schemas resolve in any folder. */
export function withCommon(ajv: Ajv2020): Ajv2020 {
  return ajv.addSchema(commonSchema, 'common.schema.json');
}

function toCheck(validate: ValidateFunction): EventCheck {
  return function checkEvent(payload) {
    try {
      return validate(payload) ? undefined : toSchemaError(validate.errors ?? []);
    } catch (cause) {
      return unjudged(cause);
    }
  };
}
