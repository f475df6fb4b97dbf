// JSON Pointers (RFC 6901, section 3).

/** A key as it stands in a pointer. */
export function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The key that stands in a pointer. */
export function unescapeKey(escaped: string): string {
  return escaped.replaceAll('~1', '/').replaceAll('~0', '~');
}
