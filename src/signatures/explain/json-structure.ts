/** Where a JSON text has its marks, without parsing it. */
export interface JsonStructure {
  /** The positions of the marks outside strings. */
  readonly marks: readonly number[];
  /** How deep it is nested. */
  readonly deepest: number;
  /** Whether the text ends inside a string, an object or an array. */
  readonly isOpen: boolean;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [bracket, closingBracket, brace, closingBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Reads unit by unit: a regular expression would overflow on long strings. */
export function structureOf(text: string): JsonStructure {
  const marks: number[] = [];
  let quoted = false;
  let level = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === quote) quoted = !quoted;
    else if (quoted) index += unit === backslash ? 1 : 0;
    else if (unit === bracket || unit === brace) {
      marks.push(index);
      level += 1;
      deepest = Math.max(deepest, level);
    } else if (unit === closingBracket || unit === closingBrace) {
      marks.push(index);
      level -= 1;
    } else if (unit === comma || unit === colon) marks.push(index);
  }
  return { marks, deepest, isOpen: quoted || level > 0 };
}
