import type { Output } from './io';

/** Lines get no shorter than this, in characters, however narrow the terminal is. */
const leastWidth = 60;

/** How long a line may be: as wide as the terminal. In a pipe lines are not wrapped, so that `grep` finds all of one. */
export function lineWidth({ isTerminal, columns }: Pick<Output, 'isTerminal' | 'columns'>): number {
  return isTerminal ? Math.max(leastWidth, columns) : Number.POSITIVE_INFINITY;
}

/** How wide help is: as the terminal, or as Commander takes it in a pipe. */
export function helpWidth({ columns }: Pick<Output, 'columns'>): number {
  return Math.max(leastWidth, columns);
}

/**
 * Breaks a line at blanks. A word that is longer than the width stays whole, so that addresses can be copied.
 *
 * @param indent blanks before every line but the first
 */
export function wrapLine(line: string, width: number, indent: number): string {
  return wrapWords(line, (text) => text.split(' '), { width, indent, mark: '' });
}

/** Breaks a line of shell so that it can be pasted whole: never within quotes, where a break would be part of the text. */
function wrapShell(line: string, width: number): string {
  return wrapWords(line, (text) => text.match(/(?:'[^']*'|"[^"]*"|[^ ])+/g) ?? [], { width, indent: 6, mark: ' \\' });
}

interface Form {
  readonly width: number;
  /** Blanks before every line but the first. */
  readonly indent: number;
  /** Ends each line that goes on. */
  readonly mark: string;
}

function wrapWords(line: string, wordsIn: (text: string) => string[], { width, indent, mark }: Form): string {
  if (line.length <= width) return line;
  const start = /^ */.exec(line)?.[0] ?? '';
  const words = wordsIn(line.slice(start.length));
  const lines: string[] = [];
  let current = start + (words.shift() ?? '');
  for (const word of words) {
    if (current.length + 1 + word.length + mark.length <= width) current += ` ${word}`;
    else {
      lines.push(`${current.trimEnd()}${mark}`);
      current = ' '.repeat(indent) + word;
    }
  }
  return [...lines, current].join('\n');
}

/** Makes one line of each paragraph, so that it can be wrapped anew. Lines that begin with a blank stay: lists and tables. */
export function joinParagraphs(text: string): string {
  return text.replace(/(?<=^\S.*)\n(?=\S)/gm, ' ');
}

/**
 * Wraps a text of several lines. A continued line is indented to its text: in a list or a table, to the second column.
 */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => {
      if (/^ *\$ /.test(line)) return wrapShell(line, width);
      const [prefix = ''] = /^ *(?:- |\S+ {2,})?/.exec(line) ?? [];
      return wrapLine(line, width, prefix.length);
    })
    .join('\n');
}
