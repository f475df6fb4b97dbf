import { isDate, isGeneratorFunction } from 'node:util/types';
import { closest, distance } from 'fastest-levenshtein';
import { WebhookError, type WebhookErrorCode } from './errors';
import { isStorableText } from './foreign-text';
import { ignoreRejection, isThenable } from './maybe-promise';

/**
 * The error `path: expected …, got …`, with a remedy. It never shows a string, only its length: people pass their secret
 * where something else is expected.
 */
export function badOption(
  path: string,
  expectation: string,
  value: unknown,
  remedy = '',
  cause?: unknown,
): WebhookError {
  return refusal(path, expectation, show(value), remedy, cause);
}

/** As `badOption`, where a word or a number is expected: a string that may be one is shown. */
export function badWord(path: string, expectation: string, value: unknown, remedy = ''): WebhookError {
  return refusal(path, expectation, isShort(value) ? `${JSON.stringify(value)} (string)` : show(value), remedy);
}

function refusal(path: string, expectation: string, shown: string, remedy: string, cause?: unknown): WebhookError {
  const message = `${path}: expected ${expectation}, got ${shown}.`;
  return new WebhookError('BAD_OPTION', remedy === '' ? message : `${message} ${remedy}`, { cause });
}

/** The longest string that is taken for a mistyped word. A longer one may be a secret. */
const longestWord = 12;

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestWord;
}

/** A name that somebody passed, for an error message. Unless it is short or similar to a known one, only its length. */
export function shownName(name: unknown, known: readonly string[]): string {
  if (typeof name !== 'string') return show(name);
  return isShort(name) || didYouMean(name, known) !== '' ? JSON.stringify(name) : show(name);
}

/** Describes a value briefly, for an error message. Shows no string. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') {
    if (value === '') return 'an empty string';
    return `a string of ${value.length} character${value.length === 1 ? '' : 's'}`;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return `${value} (${typeof value})`;
  }
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (isThenable(value)) return 'a promise';
  if (isBuiltIn(value)) return `an object (${kindOf(value)})`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The remedy for a factory that was passed uncalled; empty for any other value. */
export function callIt(value: unknown, example: string): string {
  return typeof value === 'function' ? `Call it, as in ${example}.` : '';
}

/** What others make, such as a client, is known by its methods. */
export function hasMethod(value: unknown, name: string): boolean {
  const isObject = (typeof value === 'object' || typeof value === 'function') && value !== null;
  return isObject && typeof (value as Readonly<Record<string, unknown>>)[name] === 'function';
}

/**
 * Checks what the user made, such as a store, for its methods. Those in `optional` may be absent.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function requireMethods(
  path: string,
  value: object,
  names: readonly string[],
  optional: readonly string[] = [],
): void {
  const given = value as Readonly<Record<string, unknown>>;
  const present = optional.filter((name) => given[name] !== undefined);
  for (const name of [...names, ...present]) requireFunction(`${path}.${name}`, given[name]);
}

/** @throws WebhookError `BAD_OPTION` */
export function flag(path: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw badWord(path, 'true or false', value);
}

/** The error for a value that was passed bare where options with it were expected. */
export function wrapIt(path: string, what: string, example: string): WebhookError {
  return new WebhookError('BAD_OPTION', `${path}: expected an object, got ${what}. Write ${example}.`);
}

/** ` Did you mean x?`, or an empty text when no known name is similar. */
export function didYouMean(name: string, known: readonly string[]): string {
  const similar = similarTo(name.toLowerCase(), known);
  return similar === undefined ? '' : ` Did you mean ${similar}?`;
}

/** The shortest beginning of a name that is taken for the name. */
const shortestBeginning = 3;

/** The one known name that begins so, else the nearest one that is near. */
function similarTo(written: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const lowered = known.map((each) => each.toLowerCase());
  const longer = known.filter((_name, index) => lowered[index]?.startsWith(written));
  if (longer.length === 1 && written.length >= shortestBeginning) return longer[0];
  const nearest = closest(written, lowered);
  const isNear = distance(written, nearest) <= Math.max(2, Math.floor(nearest.length / 3));
  return isNear ? known[lowered.indexOf(nearest)] : undefined;
}

/** Whether a value may be an object of options. A promise, a `Map` or a `URL` has none, and would pass for an empty one. */
export function isOptions(given: unknown): given is object {
  return typeof given === 'object' && given !== null && !isThenable(given) && !isBuiltIn(given);
}

/** Whether an object is of the language or the platform, such as a `Map`, an array or a `URL`. */
function isBuiltIn(given: object): boolean {
  return !['Object', 'Module'].includes(kindOf(given));
}

function kindOf(given: object): string {
  return Object.prototype.toString.call(given).slice('[object '.length, -1);
}

/** Returns an options object. Refuses other values and unknown names; `remedy` says what to do about those. */
export function knownOptions(given: unknown, path: string, known: Readonly<Record<string, true>>, remedy = ''): object {
  if (!isOptions(given)) throw badOption(path === '' ? 'options' : path, 'an object', given, awaitIt(given));
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) throw unknownOption(path, name, Object.keys(known), remedy);
  }
  refusePromises(given, path, Object.keys(known));
  return given;
}

/** A client, a store or a secret that was not awaited. */
function refusePromises(given: object, path: string, names: readonly string[]): void {
  for (const name of names) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    if (isThenable(value))
      throw badOption(`${path === '' ? '' : `${path}.`}${name}`, 'its value', value, awaitIt(value));
  }
}

/** The remedy for a promise; empty for any other value. Nobody waits for it, so its rejection must not end the process. */
export function awaitIt(value: unknown): string {
  if (!isThenable(value)) return '';
  ignoreRejection(value);
  return 'Await it.';
}

/** Words in camel case, as the names of options are. No secret is made of a few short words. */
const camelCase = /^[a-z]{1,12}(?:[A-Z][a-z]{1,11}){1,3}$/;

function unknownOption(path: string, name: string, known: readonly string[], remedy: string): WebhookError {
  const near = didYouMean(name, known);
  const shown = isShort(name) || camelCase.test(name) || near !== '' ? name : `(${show(name)})`;
  const hint = (near || ` Known are ${known.join(', ')}.`) + (remedy === '' ? '' : ` ${remedy}`);
  return new WebhookError('BAD_OPTION', `${path === '' ? '' : `${path}.`}${shown} is unknown.${hint}`);
}

/** Requires a whole number in a range, both ends included. */
export function wholeNumber(path: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw badWord(path, `a whole number ${range}`, value);
}

/** Requires a handler or a listener. A call of a generator function runs nothing of its body, and would be a success. */
export function requireCallback(path: string, value: unknown): void {
  if (isThenable(value)) {
    ignoreRejection(value);
    const remedy = 'Pass the function itself, and do not call it.';
    throw new WebhookError('BAD_HANDLER', `${path}: expected a function, got ${show(value)}. ${remedy}`);
  }
  requireFunction(path, value, 'BAD_HANDLER');
  if (!isGeneratorFunction(value)) return;
  const remedy = 'A call of it runs nothing of its body: write async (event) => { … }.';
  throw new WebhookError('BAD_HANDLER', `${path}: expected a function, got a generator function. ${remedy}`);
}

/** Requires a function; `code` is the error code for any other value. */
export function requireFunction(path: string, value: unknown, code: WebhookErrorCode = 'BAD_OPTION'): void {
  if (typeof value === 'function') return;
  throw new WebhookError(code, `${path}: expected a function, got ${show(value)}.`);
}

const headerName = /^[!#$%&'*+.^`|~\w-]+$/;

/** Requires the name of an HTTP header (RFC 9110, section 5.6.2). Returns it in lower case. */
export function headerNameOf(path: string, value: unknown): string {
  const isSecret = typeof value === 'string' && value.startsWith('whsec_');
  if (typeof value === 'string' && headerName.test(value) && !isSecret) return value.toLowerCase();
  // As a name, it would stand in the log.
  const remedy = isSecret ? 'It begins like a secret, whose place is the option secret.' : '';
  throw badOption(path, 'the name of a header', value, remedy);
}

/** Requires an array of names of headers. Returns them in lower case. */
export function headerNamesOf(path: string, names: unknown): readonly string[] {
  if (!Array.isArray(names)) throw badOption(path, 'an array of header names', names);
  return names.map((name: unknown, index) => headerNameOf(`${path}[${index}]`, name));
}

/** Requires a moment, as a `Date`, a text or a number. Returns milliseconds since 1970. */
export function momentOf(path: string, value: unknown): number {
  const isOne = typeof value === 'string' || typeof value === 'number' || isDate(value);
  const moment = isOne ? new Date(value).getTime() : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw badOption(path, 'a moment, such as a Date or an ISO text', value);
}

/** Requires one of a few words. */
export function oneOf<T extends string>(path: string, value: unknown, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw badWord(path, `one of ${words.map((word) => `'${word}'`).join(', ')}`, value);
}

/** Requires a string; it may be empty. */
export function stringOf(path: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw badOption(path, 'a string', value);
}

/** Requires a text that is not blank and fits any store. */
export function requireText(path: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw badOption(path, 'a string with text', value);
  if (!isStorableText(value)) throw badOption(path, 'text without NUL and lone surrogates', value);
  return value;
}
