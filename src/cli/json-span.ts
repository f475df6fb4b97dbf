import { blanks, skip } from './json-place';

/** Where a value stands in a text: `end` is the index after it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the value of a JSON Pointer stands in a text that is JSON; `undefined` if it has none there. Of a name that comes
 * twice the last one counts, as for `JSON.parse`.
 */
export function spanOf(text: string, pointer: string): Span | undefined {
  let at: number | undefined = skip(blanks, text, 0);
  for (const key of keysOf(pointer)) {
    at = childAt(text, at, key);
    if (at === undefined) return undefined;
  }
  return { start: at, end: endOfValue(text, at) };
}

function keysOf(pointer: string): readonly string[] {
  const keys = pointer.split('/').slice(1);
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The index of a child's value, in the array or object that begins at an index. */
function childAt(text: string, from: number, key: string): number | undefined {
  const isObject = text[from] === '{';
  if (!isObject && text[from] !== '[') return undefined;
  let found: number | undefined;
  let at = skip(blanks, text, from + 1);
  for (let index = 0; at < text.length && text[at] !== ']' && text[at] !== '}'; index += 1) {
    let name = String(index);
    if (isObject) {
      const end = endOfValue(text, at);
      name = JSON.parse(text.slice(at, end)) as string;
      at = skip(colon, text, end);
    }
    if (name === key) found = at;
    at = skip(comma, text, endOfValue(text, at));
  }
  return found;
}

const colon = /[ \t\r\n]*:[ \t\r\n]*/y;
const comma = /[ \t\r\n]*,?[ \t\r\n]*/y;
const quotedText = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const scalar = /[^ \t\r\n,\]}]*/y;
const betweenSigns = /[^"[\]{}]*/y;

function endOfValue(text: string, from: number): number {
  if (text[from] === '"') return skip(quotedText, text, from);
  if (text[from] !== '[' && text[from] !== '{') return skip(scalar, text, from);
  let level = 0;
  for (let at = from; at < text.length; at = skip(betweenSigns, text, at)) {
    const sign = text[at];
    if (sign === '"') {
      at = skip(quotedText, text, at);
      continue;
    }
    level += sign === '[' || sign === '{' ? 1 : -1;
    at += 1;
    if (level === 0) return at;
  }
  return text.length;
}
