import type { Output } from './io';

/** Between columns. */
const gap = '  ';

/** A table that is written a page at a time. Columns are aligned within a page, and never become narrower. */
export interface Table {
  rows(page: readonly (readonly string[])[]): void;
}

/**
 * Starts a table with its head. On a terminal, lines end at its width, but not before the end of the column `copied`, which
 * people copy into other commands; elsewhere they are whole.
 */
export function tableOn<const Name extends string>(
  output: Output,
  head: readonly Name[],
  copied: NoInfer<Name>,
): Table {
  const widths = head.map(lengthOf);
  const upTo = head.indexOf(copied) + 1;
  let isFirst = true;

  function lineOf(cells: readonly string[]): string {
    const padded = cells.map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - lengthOf(cell))));
    const line = padded.join(gap).trimEnd();
    const whole = padded.slice(0, upTo).join(gap);
    return output.isTerminal ? cut(line, Math.max(output.columns, lengthOf(whole) + 2)) : line;
  }

  return {
    rows(page) {
      for (const cells of page) {
        for (const [index, cell] of cells.entries()) widths[index] = Math.max(widths[index] ?? 0, lengthOf(cell));
      }
      if (isFirst) output.write(`${output.paint('bold', lineOf(head))}\n`);
      isFirst = false;
      output.write(page.map((cells) => `${lineOf(cells)}\n`).join(''));
    },
  };
}

/** In characters as people count them, more or less. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function cut(line: string, columns: number): string {
  const characters = Array.from(line);
  return characters.length <= columns ? line : `${characters.slice(0, Math.max(1, columns - 1)).join('')}…`;
}
