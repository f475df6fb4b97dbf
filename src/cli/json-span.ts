import { unescapeKey } from '../foundations/json-pointer';
import { JsonNode } from './json-node';

/** Where a value stands in a text: `end` is the index after it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the value of a JSON Pointer stands in a text that is JSON; `undefined` if there is none. If a name comes twice,
 * the last one counts, as for `JSON.parse`.
 */
export function spanOf(text: string, pointer: string): Span | undefined {
  let node: JsonNode | undefined = new JsonNode(text);
  for (const key of keysOf(pointer)) {
    node = childOf(node, key);
    if (node === undefined) return undefined;
  }
  return { start: node.start, end: node.end };
}

function keysOf(pointer: string): readonly string[] {
  return pointer.split('/').slice(1).map(unescapeKey);
}

function childOf(node: JsonNode, key: string): JsonNode | undefined {
  let found: JsonNode | undefined;
  for (const member of node.members()) if (String(member.key) === key) found = member.node;
  return found;
}
