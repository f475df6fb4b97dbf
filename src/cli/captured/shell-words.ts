import { Failure } from '../failure';
import { skip } from '../json-place';

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\u0007', b: '\b', f: '\f', v: '\v' };

/** The end of a line that goes on. Blanks after the backslash come with copying, and no command means them. */
const continued = /(?:\\[ \t]*\r?\n)?/y;

/**
 * The words of a command as a POSIX shell reads them, with the quotes that browsers write (`$'…'`); `|` is a word of its
 * own. Ends with the command.
 *
 * @throws Failure naming the line whose quotation does not end
 */
export function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  const take = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  while (at < text.length) {
    const rest = text.slice(at, at + 3);
    const [sign = ''] = rest;
    const next = skip(continued, text, at);
    if (next > at) at = next;
    else if (sign === '\n' || sign === ';') break;
    else if (/\s/.test(sign) || sign === '|') {
      take();
      if (sign === '|') words.push('|');
      at += 1;
    } else if (sign === "'" || rest.startsWith("$'") || sign === '"') {
      const quoted = readQuoted(text, at);
      word = (word ?? '') + quoted.value;
      at = quoted.end;
    } else {
      const isEscape = sign === '\\';
      word = (word ?? '') + (isEscape ? (text[at + 1] ?? '') : sign);
      at += isEscape ? 2 : 1;
    }
  }
  take();
  return words;
}

function readQuoted(text: string, start: number): { readonly value: string; readonly end: number } {
  const isAnsi = text[start] === '$';
  const quote = isAnsi ? "'" : text[start];
  const isPlain = quote === "'" && !isAnsi;
  const parts: string[] = [];
  let at = start + (isAnsi ? 2 : 1);
  for (;;) {
    const sign = text[at];
    if (sign === undefined) {
      const line = text.slice(0, start).split('\n').length;
      throw new Failure(`Line ${line} cannot be read: a quotation begins there and does not end.`);
    }
    if (sign === quote) return { value: parts.join(''), end: at + 1 };
    if (isPlain || sign !== '\\') {
      parts.push(sign);
      at += 1;
    } else {
      const { value, length } = isAnsi ? ansiEscape(text, at) : plainEscape(text, at);
      parts.push(value);
      at += length;
    }
  }
}

/** In double quotes a backslash escapes only what is special there. */
function plainEscape(text: string, at: number): { readonly value: string; readonly length: number } {
  const next = text[at + 1] ?? '';
  if (next === '\n') return { value: '', length: 2 };
  return { value: '"\\$`'.includes(next) ? next : `\\${next}`, length: 2 };
}

function ansiEscape(text: string, at: number): { readonly value: string; readonly length: number } {
  const [whole, hex] = /^\\(?:x([\da-f]{1,2})|u([\da-f]{1,4})|U([\da-f]{1,8}))/i.exec(text.slice(at, at + 10)) ?? [];
  if (whole !== undefined) {
    const code = Number.parseInt(hex ?? whole.slice(2), 16);
    return { value: code <= 0x10ffff ? String.fromCodePoint(code) : '', length: whole.length };
  }
  const next = text[at + 1] ?? '';
  return { value: escapes[next] ?? next, length: 2 };
}
