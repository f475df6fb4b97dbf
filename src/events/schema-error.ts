import type { ErrorObject } from 'ajv/dist/2020';
import type { SchemaError } from '../foundations/contracts/schema-error';
import { escapeKey } from '../foundations/json-pointer';
import { longestOf } from './add-formats';

type Params = Readonly<Record<string, unknown>>;

/** The parameters of Ajv's errors that name a property. */
type NamingParam = 'missingProperty' | 'additionalProperty' | 'unevaluatedProperty' | 'propertyName' | 'tag';

/**
 * Picks the most useful of Ajv's errors. Ajv stops at the first failure, but lists the failed branches of an `anyOf` or
 * `oneOf` before the keyword itself. The last error does not blame a branch that the sender did not mean. An `if` comes
 * after the error of its `then` or `else`, which says more.
 */
export function toSchemaError(errors: readonly ErrorObject[]): SchemaError {
  const error = errors.findLast(({ keyword }) => keyword !== 'if') ?? errors.at(-1);
  if (error === undefined) throw new Error('toSchemaError needs an error');
  const params: Params = error.params;
  const property = offendingProperty(error.params);
  const keyword = error.keyword === 'discriminator' ? discriminatorKeyword(params) : error.keyword;
  return {
    pointer: property === undefined ? error.instancePath : `${error.instancePath}/${escapeKey(property)}`,
    keyword,
    detail: describe(keyword, params) + describeLength(error),
  };
}

/**
 * The error of a payload on which a validator threw: V8 runs out of stack where a pattern meets a very long text, and where
 * a schema that contains itself meets deep nesting. A repeat would end the same, so the payload is refused.
 *
 * @throws what is no RangeError, since the payload did not cause it
 */
export function unjudged(cause: unknown): SchemaError {
  // By its name: a test environment may have a RangeError of its own.
  if ((cause as Error | undefined)?.name !== 'RangeError') throw cause;
  return { pointer: '', keyword: 'unjudged', detail: tooMuch };
}

const tooMuch =
  'cannot be checked against its schema (RangeError): a text is too long for a pattern, or the nesting is too deep';

/** Ajv points at the object around a missing or forbidden property. The pointer should lead to the property itself. */
function offendingProperty(params: Readonly<Partial<Record<NamingParam, string>>>): string | undefined {
  const { missingProperty, additionalProperty, unevaluatedProperty, propertyName, tag } = params;
  return missingProperty ?? additionalProperty ?? unevaluatedProperty ?? propertyName ?? tag;
}

function discriminatorKeyword({ error, tagValue }: Params): string {
  if (error === 'mapping') return 'enum';
  return tagValue === undefined ? 'required' : 'type';
}

// Ajv's own text for `enum` does not list the values.
function describe(keyword: string, params: Params): string {
  return descriptions[keyword]?.(params) ?? `must satisfy ${keyword}`;
}

/** How long a text may be that a format refuses for its length. Only a custom schema's errors have the text. */
function describeLength({ keyword, params, data }: ErrorObject): string {
  if (keyword !== 'format' || typeof data !== 'string') return '';
  const longest = longestOf(String((params as Params)['format']));
  return data.length > longest ? ` of at most ${longest} characters` : '';
}

const descriptions: Readonly<Record<string, ((params: Params) => string) | undefined>> = {
  required: () => 'must be present',
  type: ({ type }) => (type === undefined ? 'must be string' : `must be ${([type] as string[]).flat().join(' or ')}`),
  enum: ({ allowedValues }) =>
    Array.isArray(allowedValues)
      ? `must be one of ${allowedValues.map((value) => JSON.stringify(value)).join(', ')}`
      : 'must be one of the known values',
  const: ({ allowedValue }) => `must be ${JSON.stringify(allowedValue)}`,
  format: ({ format }) => `must be a ${String(format)}`,
  pattern: ({ pattern }) => `must match ${String(pattern)}`,
  minLength: ({ limit }) => (limit === 1 ? 'must not be empty' : `must have at least ${String(limit)} characters`),
  maxLength: ({ limit }) => `must have at most ${String(limit)} characters`,
  minimum: ({ limit }) => `must be at least ${String(limit)}`,
  maximum: ({ limit }) => `must be at most ${String(limit)}`,
  minItems: ({ limit }) => `must have at least ${String(limit)} items`,
  maxItems: ({ limit }) => `must have at most ${String(limit)} items`,
  additionalProperties: () => 'must not be present',
  unevaluatedProperties: () => 'must not be present',
};
