import { isNativeError } from 'node:util/types';

/** The part of a foreign error that may be logged. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
}

/**
 * Describes any thrown value. It leaves out other properties: an HTTP client's hold requests, a driver's hold rows. Never
 * throws, though reading an error may: `message` may be a getter, and anything may be a Proxy.
 */
export function describeError(error: unknown): ErrorDescription {
  try {
    return describe(error);
  } catch {
    return { type: typeof error, message: 'an error that cannot be read' };
  }
}

function describe(error: unknown): ErrorDescription {
  // Errors of another realm count, and so does a DOMException.
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
