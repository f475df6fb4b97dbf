import { escapeKey, unescapeKey } from '../../../foundations/json-pointer';

/** The JSON Pointer (RFC 6901) to a child. */
export function childPointer(parent: string, key: string | number): string {
  return `${parent}/${escapeKey(String(key))}`;
}

/** The last key of a pointer, and the pointer to its parent. */
export function splitPointer(pointer: string): { readonly parent: string; readonly key: string } {
  const slash = pointer.lastIndexOf('/');
  return {
    parent: pointer.slice(0, Math.max(slash, 0)),
    key: unescapeKey(pointer.slice(slash + 1)),
  };
}

/** Whether a pointer leads to `above` or below it. */
export function isWithin(pointer: string, above: string): boolean {
  return pointer === above || pointer.startsWith(`${above}/`);
}
