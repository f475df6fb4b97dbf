import { InvalidArgumentError } from 'commander';

const comma = /(?<!\\),/;

/**
 * Names with commas between them, of which one may have commas itself, each behind a backslash: so is a handler of several
 * events called.
 */
export function parseNames(text: string, before: readonly string[] = []): readonly string[] {
  return parseList(text, before, comma).map((name) => name.replaceAll('\\,', ','));
}

/** The text that {@link parseNames} reads. */
export function listOf(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(',', '\\,')).join(',');
}

/**
 * Names with commas between them, after those that the option had before. An empty list, such as of a variable that is not
 * set, would mean nothing at all.
 */
export function parseList(
  text: string,
  before: readonly string[] = [],
  between: string | RegExp = ',',
): readonly string[] {
  const names = text.split(between).map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  if (given.length === 0) throw new InvalidArgumentError('Expected names, separated by commas.');
  return [...before, ...given];
}
