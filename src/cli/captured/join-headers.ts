/** Headers by lower-case name; the values of a repeated one are joined with `, `, as a receiver sees them. */
export function joinHeaders(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const before = joined.get(key);
    joined.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  // Not by assignment, which would take a header __proto__ for the prototype.
  return Object.fromEntries(joined);
}
