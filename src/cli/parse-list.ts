import { InvalidArgumentError } from 'commander';

const betweenCommas = /(?:\\[\\,]|[^,])+/g;

/**
 * Names with commas between them, of which one may have commas itself, each behind a backslash: so is a handler of several
 * events called. A backslash may stand behind another.
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
 * Names with commas between them, after those that the option had before. An empty list, such as of a variable that is not
 * set, would mean nothing at all.
 */
export function parseList(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...namesIn(text.split(','))];
}

function namesIn(pieces: readonly string[]): readonly string[] {
  const names = pieces.map((name) => name.trim()).filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('Expected names, separated by commas.');
  return names;
}
