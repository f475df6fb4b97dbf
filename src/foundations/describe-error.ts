import { isNativeError } from 'node:util/types';

/** The part of a foreign error that may be logged. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  /** The `code` of an error of Node or a driver, such as `ECONNREFUSED`. */
  readonly code?: string;
  readonly stack?: string;
  /** The error that it has as its `cause`. */
  readonly cause?: ErrorDescription;
  /** The first errors of an `AggregateError`. */
  readonly errors?: readonly ErrorDescription[];
}

/** How far causes are followed. */
const mostCauses = 3;
/** How many errors of an `AggregateError` are described. */
const mostErrors = 3;

/**
 * Describes any thrown value. It leaves out other properties: an HTTP client's hold requests, a driver's hold rows. It
 * never throws, even if reading the value does: `Error.prepareStackTrace` runs when the stack is read.
 */
export function describeError(error: unknown): ErrorDescription {
  return describe(error, []);
}

/** As {@link describeError}, but without the errors behind it. */
export function describeAlone(error: unknown): ErrorDescription {
  if (!isError(error)) {
    return { type: typeof error, message: typeof error === 'string' ? error : 'thrown without an Error' };
  }
  const code = wordIn(codeOf(error));
  return {
    type: textIn(error, 'name') ?? 'Error',
    message: textIn(error, 'message') ?? 'an Error without text',
    ...(code !== undefined && { code }),
    ...stackOf(error),
  };
}

/** Describes an error and those behind it, but none of `outer`: errors may lead back to themselves. */
function describe(error: unknown, outer: readonly unknown[]): ErrorDescription {
  const described = describeAlone(error);
  if (!isError(error) || outer.length === mostCauses) return described;
  const seen = [...outer, error];
  const isDue = (each: unknown): boolean => (isError(each) || typeof each === 'string') && !seen.includes(each);
  const cause = valueIn(error, 'cause');
  const errors = described.type === 'AggregateError' ? listIn(error, 'errors').filter(isDue) : [];
  return {
    ...described,
    ...(isDue(cause) && { cause: describe(cause, seen) }),
    ...(errors.length > 0 && { errors: errors.slice(0, mostErrors).map((each) => describe(each, seen)) }),
  };
}

/** The error that is furthest behind another one: where that says what failed, this says why. */
export function innermost(described: ErrorDescription): ErrorDescription {
  const next = described.cause ?? described.errors?.[0];
  return next === undefined ? described : innermost(next);
}

/**
 * Describes an error whose message may quote a secret or a payload: what kind of error it is and where it was thrown, and no
 * text that says more.
 */
export function describeWithoutMessage(error: unknown): { type: string; code?: string; stack?: string } {
  const described = describeAlone(error);
  // What is no error has a code, too.
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

function valueIn(object: object, name: string): unknown {
  try {
    return (object as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

function textIn(object: object, name: string): string | undefined {
  const value = valueIn(object, name);
  return typeof value === 'string' ? value : undefined;
}

function listIn(object: object, name: string): readonly unknown[] {
  const value = valueIn(object, name);
  try {
    return Array.isArray(value) ? [...(value as readonly unknown[])] : [];
  } catch {
    // A proxy may throw at any question.
    return [];
  }
}

function stackOf(error: Error): { readonly stack?: string } {
  const stack = textIn(error, 'stack');
  return stack === undefined ? {} : { stack };
}
