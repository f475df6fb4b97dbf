import { textOf } from './text-of';

/**
 * Headers by lower-case name, from an object in any case with arrays, or a Fetch `Headers`. Repeated ones are joined as
 * Node and `Headers` do, so that strict grammars refuse them.
 */
export function plainHeaders(given: unknown): Readonly<Record<string, string>> {
  // Inherits nothing, not even `constructor`.
  const headers = Object.create(null) as Record<string, string>;
  if (typeof given !== 'object' || given === null) return headers;
  if (isHeaders(given)) {
    given.forEach((value, name) => {
      add(headers, name, value);
    });
    return headers;
  }
  for (const name of Object.keys(given)) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && value !== null) add(headers, name, value);
  }
  return headers;
}

function add(headers: Record<string, string>, name: unknown, value: unknown): void {
  const lower = textOf(name).toLowerCase();
  const text = Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value);
  const before = headers[lower];
  headers[lower] = before === undefined ? text : `${before}, ${text}`;
}

/**
 * Recognised by its methods: a Fetch `Headers` may be the platform's, undici's or a polyfill's. It has no own
 * properties.
 */
function isHeaders(given: object): given is Headers {
  return typeof (given as Headers).forEach === 'function' && typeof (given as Headers).get === 'function';
}
