/**
 * The value that a text holds; `undefined` where the text is not JSON. It may begin with a byte order mark, as a body that the
 * receiver takes.
 */
export function jsonIn(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as unknown };
  } catch {
    return undefined;
  }
}

/** The deepest nesting of a stranger's text that is parsed. Millions of levels in 5 MB would take seconds. */
const mostLevels = 10_000;

/** Whether a text is nested too deep to parse it for display. */
export function isTooDeep(text: string): boolean {
  let level = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === '\\') index += 1;
    else if (quoted) continue;
    else if (character === '{' || character === '[') level += 1;
    else if (character === '}' || character === ']') level -= 1;
    if (level > mostLevels) return true;
  }
  return false;
}
