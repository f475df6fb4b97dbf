import { escapeUnseen } from './visible-text';

/**
 * A value as a line of JSON. Strangers' invisible characters are escaped, also those that JSON leaves as they are: a
 * terminal obeys U+009B, and U+202E turns the line around. A parser reads the same text.
 */
export function jsonLine(value: unknown): string {
  return `${escapeUnseen(JSON.stringify(value))}\n`;
}
