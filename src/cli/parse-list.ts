import { InvalidArgumentError } from 'commander';

const betweenCommas = /(?:\\[\\,]|[^,])+/g;

/**
 * Comma-separated names. `\,` is a comma within a name, as in that of a handler of several events; `\\` is a backslash.
 */
export function parseNames(text: string, before: readonly string[] = []): readonly string[] {
  const names = namesIn(text.match(betweenCommas) ?? []);
  return [...before, ...names.map((name) => name.replaceAll(/\\([\\,])/g, '$1'))];
}

/** The text that {@link parseNames} reads. */
export function listOf(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(/[\\,]/g, '\\$&')).join(',');
}

/**
 * Comma-separated names, added to those that the option had before. An empty list, as of an unset variable, is refused.
 */
export function parseList(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...namesIn(text.split(','))];
}

function namesIn(pieces: readonly string[]): readonly string[] {
  const names = pieces.map((name) => name.trim()).filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('Expected names, separated by commas.');
  return names;
}
