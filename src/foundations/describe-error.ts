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

/**
 * Describes an error whose message may quote a secret or a payload: what kind of error it is and where it was thrown, and no
 * text that says more.
 */
export function describeWithoutMessage(error: unknown): { type: string; code?: string; stack?: string } {
  const described = describeError(error);
  const code = wordIn(codeOf(error));
  const frames = framesOf(described);
  return {
    type: wordIn(described.type) ?? 'an error',
    ...(code !== undefined && { code }),
    ...(frames.length > 0 && { stack: frames.join('\n') }),
  };
}

/** A name, and no text that says more. */
function wordIn(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w$.-]{1,64}$/.test(text) ? text : undefined;
}

const mostFrames = 10;

/** The places in a stack. None if the message is not found before them: its lines may look like places. */
function framesOf({ type, message, stack = '' }: ErrorDescription): readonly string[] {
  // A stack written before a class set its name has another one, and an error of Node its code behind it.
  const [written = type] = /^[\w$.-]{1,64}(?: \[\w{1,64}\])?(?=[:\n])/.exec(stack) ?? [];
  const said = message === '' ? '\n' : `: ${message}\n`;
  const head = [type, written].map((name) => name + said).find((text) => stack.startsWith(text));
  if (head === undefined) return [];
  const lines = stack.slice(head.length).split('\n', mostFrames);
  return lines.map((line) => line.trim()).filter((line) => line.length <= 200 && /^at .+:\d+:\d+\)?$/.test(line));
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
