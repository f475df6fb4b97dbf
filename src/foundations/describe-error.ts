import { isNativeError } from 'node:util/types';

/** What may be said of an error that somebody else threw. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
}

/** Never the error's other properties: an HTTP client's hold requests, a driver's hold rows. */
export function describeError(error: unknown): ErrorDescription {
  // An error of another realm is one too, and so is a DOMException.
  if (!(isNativeError(error) || error instanceof Error)) {
    return { type: typeof error, message: typeof error === 'string' ? error : 'thrown without an Error' };
  }
  const { name, message, stack } = error as Readonly<Record<keyof Error, unknown>>;
  return {
    type: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : 'an Error without text',
    ...(typeof stack === 'string' && { stack }),
  };
}
