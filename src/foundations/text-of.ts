/**
 * A string, or a number or a boolean as one; empty for anything else. Without TypeScript anything may come, and converting
 * it may throw.
 */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
