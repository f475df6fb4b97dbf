import { isRecord } from '../foundations/is-record';
import { unescapeKey } from '../foundations/json-pointer';

type Schema = Readonly<Record<string, unknown>>;

/** A schema, and the document that its references start from. */
export interface Part {
  readonly schema: Schema;
  readonly root: Schema;
}

/** Schemas that others may refer to, by `$id` or file name. */
export type SchemaDocuments = ReadonlyMap<string, object>;

/**
 * Lists all schemas that may apply to a value: those given, and those that they refer to or combine. `isWhole` is false
 * if one could not be found.
 */
export function spreadOut(
  given: readonly Part[],
  documents: SchemaDocuments,
): { readonly parts: readonly Part[]; readonly isWhole: boolean } {
  const parts = new Map<Schema, Part>();
  let isWhole = true;
  const pending = [...given];
  for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
    if (parts.has(part.schema)) continue;
    parts.set(part.schema, part);
    const { schema, root } = part;
    for (const inner of combined(schema)) pending.push({ schema: inner, root });
    for (const reference of [schema['$ref'], schema['$dynamicRef']]) {
      if (typeof reference !== 'string') continue;
      const found = resolve(reference, root, documents);
      if (found === undefined) isWhole = false;
      else pending.push(found);
    }
  }
  return { parts: [...parts.values()], isWhole };
}

/** Without `if` and `not`: a valid value need not match them. */
function combined({ allOf, anyOf, oneOf, then, else: otherwise, dependentSchemas }: Schema): readonly Schema[] {
  const dependent = Object.values(dependentSchemas ?? {});
  return [allOf, anyOf, oneOf, then, otherwise, dependent].flat().filter(isRecord);
}

/** References by JSON Pointer. Others, such as anchors, are not followed. */
function resolve(reference: string, root: Schema, documents: SchemaDocuments): Part | undefined {
  const [address = '', fragment = ''] = reference.split('#', 2);
  const document = address === '' ? root : (documents.get(address) ?? documents.get(absolute(address, root)));
  if (!isRecord(document) || !/^(\/|$)/.test(fragment)) return undefined;
  let found: unknown = document;
  for (const step of fragment.split('/').slice(1)) {
    const name = unescapeKey(decodeURIComponent(step));
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, name) ? (found as Schema)[name] : undefined;
  }
  return isRecord(found) ? { schema: found, root: document } : undefined;
}

function absolute(address: string, { $id: base }: Schema): string {
  return typeof base === 'string' && URL.canParse(address, base) ? new URL(address, base).href : address;
}
