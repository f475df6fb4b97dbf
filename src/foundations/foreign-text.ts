import { mayParameterHoldCredential } from './credential-headers';

/** Whether a text has neither NUL nor lone surrogates: PostgreSQL refuses a whole row because of one. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Replaces what {@link isStorableText} refuses. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

const namePattern = /^[\w.:-]{1,64}$/;
/** Stands for what is not shown. */
export const notAName = '(not a name)';

/** Whether a name from outside is safe to show. Any other may be some other text. */
export function isPrintableName(name: string): boolean {
  return namePattern.test(name);
}

/** A name from outside, safe to log. Anything that may be other text is not repeated. */
export function printableName(name: string): string {
  return isPrintableName(name) ? name : notAName;
}

/**
 * A JSON Pointer, safe to log: with schemas of the user's, it may lead through keys of the payload, which may be customers'
 * text.
 */
export function printablePointer(pointer: string): string {
  return pointer.replace(/[^/]+/g, printableName);
}

const longestTenant = 256;

/** A tenant's name is the user's own text. It is cut if it is very long. */
export function printableTenant(tenant: string): string {
  return tenant.slice(0, longestTenant);
}

const mostParams = 16;
const notShown = '(not shown)';

/**
 * Path parameters, safe to log; `undefined` if there are none. Strangers choose the values, and some addresses hold a
 * token. Without TypeScript, `receive()` and `verify()` may get anything as `params`.
 */
export function printableParams(params: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const given = entriesOf(params).filter(([, value]) => value !== undefined);
  if (given.length === 0) return undefined;
  return Object.fromEntries(
    given.slice(0, mostParams).map(([name, value]) => {
      return [printableName(name), mayParameterHoldCredential(name) ? notShown : printableValue(value)];
    }),
  );
}

/** A text without what {@link printableParams} does not show. */
export function withoutHiddenParams(text: string, params: unknown): string {
  if (typeof params !== 'object' || params === null) return text;
  return entriesOf(params)
    .filter(([name, value]) => mayParameterHoldCredential(name) && typeof value === 'string' && value !== '')
    .flatMap(([, value]) => [String(value), encodeURIComponent(String(value))])
    .reduce((shown, hidden) => shown.replaceAll(hidden, notShown), text);
}

/** Reading a value may throw, and the delivery has been handled by then. */
function entriesOf(params: object): readonly [string, unknown][] {
  try {
    return Object.entries(params);
  } catch {
    return [];
  }
}

function printableValue(value: unknown): string {
  const isText = typeof value === 'string' || typeof value === 'number';
  return isText ? printableName(String(value)) : notAName;
}
