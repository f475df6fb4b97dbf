import type { Ajv2020 } from 'ajv/dist/2020';
import { distance } from 'fastest-levenshtein';
import { isRecord } from '../foundations/is-record';

/** Keywords whose value has schemas by names that are no keywords. */
const named: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);

/**
 * Tells Ajv of the keywords and formats in a schema that it does not know. JSON Schema 2020-12 takes those for
 * annotations (`example`, `x-…`, a format such as `phone`), and Ajv for mistakes. A misspelt keyword stays a mistake.
 * Data in a schema, such as a default, is searched, too: what is declared there for nothing does no harm.
 */
export function declareAnnotations(ajv: Ajv2020, schema: unknown): void {
  if (Array.isArray(schema)) for (const each of schema) declareAnnotations(ajv, each);
  if (!isRecord(schema)) return;
  const { format } = schema;
  if (typeof format === 'string' && ajv.formats[format] === undefined) ajv.addFormat(format, true);
  for (const [keyword, value] of Object.entries(schema)) {
    if (ajv.RULES.keywords[keyword] !== true && isAnnotation(keyword, ajv)) ajv.addKeyword(keyword);
    else if (named.has(keyword) && isRecord(value)) declareAnnotations(ajv, Object.values(value));
    else declareAnnotations(ajv, value);
  }
}

/** Whether an unknown keyword is no misspelling of a known one. */
function isAnnotation(keyword: string, ajv: Ajv2020): boolean {
  if (!/^[a-z_$][\w$:-]*$/i.test(keyword)) return false;
  if (keyword === 'example' || keyword.startsWith('x-')) return true;
  const known = Object.keys(ajv.RULES.keywords);
  return known.every((other) => distance(keyword.toLowerCase(), other.toLowerCase()) > other.length / 4);
}
