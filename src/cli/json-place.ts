/** Where a text stops being JSON, and what could have stood there. */
export interface BrokenJson {
  /** From 1, as `column` is. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

/** What may come next, in words. */
const states = {
  value: 'a value',
  first: 'a value or ]',
  key: 'a name in double quotes',
  firstKey: 'a name in double quotes or }',
  colon: ':',
  inArray: ', or ]',
  inObject: ', or }',
  end: 'nothing more',
} as const;

type State = keyof typeof states;

/** Finds the place where a text is not JSON; `undefined` if it is. Of the text nothing is repeated. */
export function whereBroken(text: string): BrokenJson | undefined {
  const stack: ('inArray' | 'inObject')[] = [];
  let state = 'value' as State;
  let at = 0;
  const after = (): State => stack.at(-1) ?? 'end';
  for (;;) {
    if (text.charCodeAt(at) <= 0x20) at = skip(blanks, text, at);
    const sign = text[at];
    if (sign === undefined) return state === 'end' ? undefined : placeOf(text, at, states[state]);
    const closes = closing(state);
    if (sign === closes) {
      stack.pop();
      state = after();
      at += 1;
    } else if (state === 'inArray' || state === 'inObject' || state === 'colon' || state === 'end') {
      const wanted: string = state === 'colon' ? ':' : state === 'end' ? '' : ',';
      if (sign !== wanted) return placeOf(text, at, states[state]);
      state = state === 'inObject' ? 'key' : 'value';
      at += 1;
    } else if (sign === '"') {
      const end = endOfText(text, at + 1);
      if (typeof end !== 'number') return placeOf(text, end.at, end.expected);
      state = state === 'key' || state === 'firstKey' ? 'colon' : after();
      at = end;
    } else if (state === 'key' || state === 'firstKey') {
      return placeOf(text, at, states[state]);
    } else if (sign === '[' || sign === '{') {
      stack.push(sign === '[' ? 'inArray' : 'inObject');
      state = sign === '[' ? 'first' : 'firstKey';
      at += 1;
    } else {
      const end = skip(scalar, text, at);
      if (end === at) return placeOf(text, at, states[state]);
      state = after();
      at = end;
    }
  }
}

/** What may end the array or object that the state is in. */
function closing(state: State): string {
  if (state === 'inArray' || state === 'first') return ']';
  return state === 'inObject' || state === 'firstKey' ? '}' : '';
}

/** White space of JSON. */
export const blanks = /[ \t\r\n]*/y;
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)?/y;
const escaped = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})|/y;

/** The index after what a sticky pattern matches. */
export function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.exec(text);
  return pattern.lastIndex;
}

/** The index after a text's closing quotation mark; or where it is wrong. */
function endOfText(text: string, from: number): number | { readonly at: number; readonly expected: string } {
  for (let at = from; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === 0x22) return at + 1;
    if (sign < 0x20) return { at, expected: 'a closing quotation mark, or an escape for this sign' };
    if (sign === 0x5c) {
      const end = skip(escaped, text, at);
      if (end === at) return { at, expected: 'an escape of JSON after the backslash' };
      at = end - 1;
    }
  }
  return { at: text.length, expected: 'a closing quotation mark' };
}

/**
 * Counts signs one by one. With `indexOf`, V8 moved the search for the next line end into the loop of `whereBroken`, once for
 * each sign: a megabyte took minutes after the function had become hot, and milliseconds before.
 */
function placeOf(text: string, at: number, expected: string): BrokenJson {
  return { ...placeInText(text, at), expected };
}

/** Line and column of an index, both from 1. */
export function placeInText(text: string, at: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let index = 0; index < at; index += 1) {
    if (text.charCodeAt(index) !== 0x0a) continue;
    line += 1;
    start = index + 1;
  }
  return { line, column: at - start + 1 };
}
