import { isNativeError } from 'node:util/types';

/** The part of a foreign error that may be logged. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
}

/**
 * Describes any thrown value. It leaves out other properties: an HTTP client's hold requests, a driver's hold rows. It
 * never throws, even if reading the value does: `Error.prepareStackTrace` runs when the stack is read.
 */
export function describeError(error: unknown): ErrorDescription {
  if (!isError(error)) {
    return { type: typeof error, message: typeof error === 'string' ? error : 'thrown without an Error' };
  }
  return {
    type: textIn(error, 'name') ?? 'Error',
    message: textIn(error, 'message') ?? 'an Error without text',
    ...stackOf(error),
  };
}

/** The `code` of an error of Node, PostgreSQL or a driver, if it has one. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? textIn(error, 'code') : undefined;
}

/** Errors of another realm count, and so does a DOMException. */
function isError(value: unknown): value is Error {
  try {
    return isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

function textIn(object: object, name: string): string | undefined {
  try {
    const value: unknown = (object as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function stackOf(error: Error): { readonly stack?: string } {
  const stack = textIn(error, 'stack');
  return stack === undefined ? {} : { stack };
}
