import type { Output } from './io';

/** Between columns. */
const gap = '  ';

/** A table that is written a page at a time. Columns are aligned within a page, and never become narrower. */
export interface Table {
  rows(page: readonly (readonly string[])[]): void;
}

/** Starts a table with its head. On a terminal, lines end at its width; elsewhere they are whole. */
export function tableOn(output: Output, head: readonly string[]): Table {
  const widths = head.map(lengthOf);
  let isFirst = true;

  function lineOf(cells: readonly string[]): string {
    const padded = cells.map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - lengthOf(cell))));
    const line = padded.join(gap).trimEnd();
    return output.isTerminal ? cut(line, output.columns) : line;
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
