import { jsonIn } from './json-in';

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g;
const opening = new Set(['{', '[']);

/** The deepest level that is indented further. */
const deepest = 40;

/** The longest result, in characters. */
const longest = 200_000;

/**
 * A text that is JSON, with line breaks and indents. Numbers and texts keep the way in which they are written. What is not
 * JSON, and what would get too long, stays as it is.
 */
export function indentJson(text: string): string {
  if (text.length > longest || jsonIn(text) === undefined) return text;
  const parts: string[] = [];
  let length = 0;
  let level = 0;
  let before = '';
  for (const [token] of text.matchAll(tokens)) {
    const closes = token === '}' || token === ']';
    if (closes) level -= 1;
    const isFirst = opening.has(before);
    const breaks = closes ? !isFirst : isFirst || before === ',';
    const part = `${breaks ? `\n${'  '.repeat(Math.min(level, deepest))}` : ''}${token}${token === ':' ? ' ' : ''}`;
    parts.push(part);
    length += part.length;
    if (length > longest) return text;
    if (opening.has(token)) level += 1;
    before = token;
  }
  return parts.join('');
}
