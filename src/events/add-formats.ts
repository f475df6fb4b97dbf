import type { Ajv2020 } from 'ajv/dist/2020';
import addAjvFormats, { type FormatName } from 'ajv-formats';

type Matches = (text: string) => boolean;

/**
 * The longest text that a format takes, in characters. The patterns of ajv-formats overflow the stack on megabytes. A
 * moment takes some thirty.
 */
export function longestOf(format: string): number {
  return format === 'date-time' ? 1000 : 1_000_000;
}

/** Adds the formats of ajv-formats: the named ones, or all. Each takes time that grows with the length of a text alone. */
export function addFormats(ajv: Ajv2020, names?: FormatName[]): Ajv2020 {
  addAjvFormats(ajv, names);
  for (const [name, format] of Object.entries(ajv.formats)) {
    const matches = matcherOf(name, format);
    const longest = longestOf(name);
    if (matches !== undefined) ajv.addFormat(name, (text: string) => text.length <= longest && matches(text));
  }
  return ajv;
}

/** The check of a format of strings; `undefined` for formats of numbers and for those that take everything. */
function matcherOf(name: string, format: unknown): Matches | undefined {
  const { type, validate = format } = format as { readonly type?: unknown; readonly validate?: unknown };
  if (type === 'number') return undefined;
  if (validate instanceof RegExp) return name === 'url' ? urlMatcher(validate) : (text) => validate.test(text);
  return typeof validate === 'function' ? (validate as Matches) : undefined;
}

const userInfo = '(?:\\S+(?::\\S*)?@)?';

/**
 * Matches the same addresses as the pattern of ajv-formats. That one looks for the end of a password behind each colon,
 * and its time grows with the square of their number.
 */
function urlMatcher({ source, flags }: RegExp): Matches {
  if (!source.includes(userInfo)) throw new Error('ajv-formats has another pattern for url');
  const pattern = new RegExp(
    source.replace(userInfo, () => '(?:\\S+@)?'),
    flags,
  );
  // With a blank further on, each @ would be tried up to it.
  return (text) => !/\s/.test(text) && pattern.test(text);
}
