import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { SchemaError } from '../foundations/contracts/schema-error';
import { builtInSchemas, commonSchema } from './generated/schemas';
import { toSchemaError } from './schema-error';

/** Undefined for a payload that its schema accepts, else the first error. The payload is never changed. */
export type EventCheck = (payload: unknown) => SchemaError | undefined;

// One error is all that is reported: collecting them all from a hostile 5 MB took 940 MB.
const shared: Options = { allErrors: false, logger: false, strictTypes: false, strictRequired: false };

// The tests hold the published schemas to the meta-schema, so that no process does so again at its start. `optimize`
// took another 70 of 180 ms, and gained 0.01 µs an event.
const builtInOptions: Options = {
  ...shared,
  meta: false,
  validateSchema: false,
  messages: false,
  code: { optimize: false },
  // The flag `u` changes nothing in what our one pattern matches, but took 400 ms for 5 MB that are not Latin-1, and
  // threw on 20 MB; without it the same takes 8 ms.
  unicodeRegExp: false,
};

// No name in our schemas is one that objects inherit, so the built-in checks do without `ownProperties`, which doubles
// their cost (0.3 to 0.6 µs an event). What others call their properties we cannot know: `required: ['constructor']`.
const customOptions: Options = { ...shared, discriminator: true, ownProperties: true };

let builtIn: ReadonlyMap<string, EventCheck> | undefined;

/** The check of each event by its name: the built-in ones, compiled once a process, and custom ones over them. */
export function compileSchemas(custom: Readonly<Record<string, object>> = {}): ReadonlyMap<string, EventCheck> {
  builtIn ??= compileBuiltIn();
  const additions = Object.entries(custom);
  return additions.length === 0 ? builtIn : new Map([...builtIn, ...compileCustom(additions)]);
}

function compileBuiltIn(): ReadonlyMap<string, EventCheck> {
  const ajv = withCommon(addFormats(new Ajv2020(builtInOptions), ['date-time']));
  return new Map(Object.entries(builtInSchemas).map(([name, schema]) => [name, toCheck(ajv.compile(schema))]));
}

/** An Ajv of their own, so that a schema may keep the `$id` of the built-in one that it replaces. */
function compileCustom(schemas: readonly (readonly [string, object])[]): [string, EventCheck][] {
  const ajv = new Ajv2020(customOptions);
  withCommon(addFormats(ajv));
  return schemas.map(([name, schema]) => [name, compileOne(ajv, name, schema)]);
}

function compileOne(ajv: Ajv2020, name: string, schema: object): EventCheck {
  try {
    // Callers without TypeScript: Ajv would compile `true`, and take an array for a schema that asks for nothing.
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) throw new Error('it is no object');
    const validate = ajv.compile(schema);
    // It would give a promise, which is true of every payload.
    if ('$async' in validate) throw new Error('$async is not supported');
    return toCheck(validate);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The schema of ${JSON.stringify(name)} cannot be compiled: ${reason}`, { cause });
  }
}

/** Known by its `$id` and by its file name, so that a copy of a published schema resolves wherever it is kept. */
function withCommon(ajv: Ajv2020): Ajv2020 {
  return ajv.addSchema(commonSchema, 'common.schema.json');
}

function toCheck(validate: ValidateFunction): EventCheck {
  return function checkEvent(payload) {
    return validate(payload) ? undefined : toSchemaError(validate.errors ?? []);
  };
}
