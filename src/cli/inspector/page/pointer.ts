/** The JSON Pointer (RFC 6901) to a child. */
export function childPointer(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The last key of a pointer, and the pointer to its parent. */
export function splitPointer(pointer: string): { readonly parent: string; readonly key: string } {
  const slash = pointer.lastIndexOf('/');
  return {
    parent: pointer.slice(0, Math.max(slash, 0)),
    key: pointer
      .slice(slash + 1)
      .replaceAll('~1', '/')
      .replaceAll('~0', '~'),
  };
}

/** Whether a pointer leads to `above` or below it. */
export function isWithin(pointer: string, above: string): boolean {
  return pointer === above || pointer.startsWith(`${above}/`);
}
