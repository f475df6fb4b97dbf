import { InvalidArgumentError } from 'commander';

/**
 * Names with commas between them, after those that the option had before. An empty list, such as of a variable that is not
 * set, would mean nothing at all.
 */
export function parseList(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  if (given.length === 0) throw new InvalidArgumentError('Expected names, separated by commas.');
  return [...before, ...given];
}
