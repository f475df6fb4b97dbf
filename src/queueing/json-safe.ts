import { isStorableText } from '../foundations/foreign-text';
import { isPlainObject } from '../foundations/is-plain-object';

/**
 * Says which part of a value JSON would change; `undefined` if none. A handler behind a queue must see the same as
 * without one, not the text of a Date or `{}` for a Map.
 */
export function whyNotJsonSafe(value: unknown, path: string, above: readonly object[] = []): string | undefined {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string') return textFlaw(value, path);
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (typeof value !== 'object') return `${path} is of type ${typeof value}`;
  if (above.includes(value)) return `${path} holds itself`;
  const inside = [...above, value];
  if (Array.isArray(value)) {
    return firstOf(Array.from(value, (item: unknown, index) => whyNotJsonSafe(item, `${path}[${index}]`, inside)));
  }
  if (!isPlainObject(value)) return `${path} is an object of a class (${Object.prototype.toString.call(value)})`;
  return firstOf(
    Object.entries(value).map(([name, item]: [string, unknown]) =>
      item === undefined
        ? undefined
        : (textFlaw(name, `a name in ${path}`) ?? whyNotJsonSafe(item, `${path}.${name}`, inside)),
    ),
  );
}

/** Some queues keep their jobs in PostgreSQL. */
function textFlaw(text: string, path: string): string | undefined {
  return isStorableText(text) ? undefined : `${path} has NUL or a lone surrogate in it`;
}

function firstOf(flaws: readonly (string | undefined)[]): string | undefined {
  return flaws.find((flaw) => flaw !== undefined);
}
