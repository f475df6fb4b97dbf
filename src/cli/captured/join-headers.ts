/** Headers by lower-case name. The values of a repeated header are joined with `, `, as a receiver sees them. */
export function joinHeaders(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const before = joined.get(key);
    joined.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  // An assignment would set the prototype for a header named __proto__.
  return Object.fromEntries(joined);
}
