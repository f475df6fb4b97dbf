/** A member of an array or an object. */
export interface JsonMember {
  readonly key: string | number;
  readonly node: JsonNode;
}

/**
 * A value in a text that is JSON. What stands in it is read when it is asked for: a text of megabytes costs no more than
 * finding its end.
 */
export class JsonNode {
  readonly #text: string;
  readonly start: number;
  /** The index after it. */
  readonly end: number;
  /** How many members an array or an object has; 0 for any other value. */
  readonly size: number;

  constructor(text: string, from = 0) {
    this.#text = text;
    this.start = afterBlanks(text, from);
    const { end, size } = measure(text, this.start);
    this.end = end;
    this.size = size;
  }

  get kind(): 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' {
    switch (this.#text[this.start]) {
      case '{':
        return 'object';
      case '[':
        return 'array';
      case '"':
        return 'string';
      case 't':
      case 'f':
        return 'boolean';
      case 'n':
        return 'null';
      default:
        return 'number';
    }
  }

  /** As it is written. */
  get source(): string {
    return this.#text.slice(this.start, this.end);
  }

  /** In the order in which they are written; a name may come twice. */
  *members(): Generator<JsonMember> {
    const text = this.#text;
    if (this.size === 0) return;
    const isObject = this.kind === 'object';
    let at = this.start;
    for (let index = 0; index < this.size; index += 1) {
      // Past the bracket, or the comma.
      at = afterBlanks(text, at + 1);
      let key: string | number = index;
      if (isObject) {
        const end = endOfText(text, at);
        key = JSON.parse(text.slice(at, end)) as string;
        // Past the colon.
        at = afterBlanks(text, end) + 1;
      }
      const node = new JsonNode(text, at);
      yield { key, node };
      at = afterBlanks(text, node.end);
    }
  }
}

const quote = 0x22;

function measure(text: string, start: number): { readonly end: number; readonly size: number } {
  const first = text.charCodeAt(start);
  if (first === quote) return { end: endOfText(text, start), size: 0 };
  if (first !== 0x5b && first !== 0x7b) return { end: endOfWord(text, start), size: 0 };
  let level = 0;
  let commas = 0;
  for (let at = start; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === quote) at = endOfText(text, at) - 1;
    else if (sign === 0x2c) commas += level === 1 ? 1 : 0;
    else if (sign === 0x5b || sign === 0x7b) level += 1;
    else if (sign === 0x5d || sign === 0x7d) level -= 1;
    if (level === 0) return { end: at + 1, size: afterBlanks(text, start + 1) === at ? 0 : commas + 1 };
  }
  return { end: text.length, size: 0 };
}

/** The index after the quotation mark that ends a text, given that of the one that begins it. */
export function endOfText(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === quote) return at + 1;
    if (sign === 0x5c) at += 1;
  }
  return text.length;
}

/** A number, or a word such as `true`. */
function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !' \t\r\n,]}'.includes(text.charAt(at))) at += 1;
  return at;
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}
