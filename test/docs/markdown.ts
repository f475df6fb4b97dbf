import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace';

/** A block of code in a document, under the heading that it stands below. */
export interface CodeBlock {
  readonly document: string;
  readonly heading: string;
  /** How many blocks of code came before it in its document. */
  readonly index: number;
  readonly language: 'ts' | 'js';
  readonly text: string;
}

export function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The documents in the root and in `docs/`, and the READMEs of the examples. */
export function documents(): string[] {
  const examples = existsSync(join(root, 'examples')) ? readdirSync(join(root, 'examples')) : [];
  return ['.', 'docs', ...examples.map((name) => join('examples', name))].flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
    return names.map((name) => join(folder, name));
  });
}

/** Its blocks need frameworks that are installed for `npm run test:compatibility` alone, which compiles and runs them. */
export const frameworks = join('docs', 'frameworks.md');

/** The blocks in TypeScript or JavaScript; `javascript` and `typescript` are the same languages. */
export function codeBlocks(document: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let heading = '';
  let fence: { language: string; lines: string[] } | undefined;
  for (const line of readDocument(document).split('\n')) {
    const opened = /^```(.*)$/.exec(line);
    if (fence === undefined) {
      if (opened) fence = { language: opened[1] ?? '', lines: [] };
      else if (line.startsWith('#')) heading = line.replace(/^#+\s*/, '');
    } else if (opened) {
      const language = languageOf(fence.language);
      const index = blocks.length;
      if (language) blocks.push({ document, heading, index, language, text: `${fence.lines.join('\n')}\n` });
      fence = undefined;
    } else fence.lines.push(line);
  }
  return blocks;
}

function languageOf(info: string): 'ts' | 'js' | undefined {
  if (/^(ts|typescript)\b/.test(info)) return 'ts';
  return /^(js|javascript)\b/.test(info) ? 'js' : undefined;
}

/** The cells of the rows of the table whose first column is called `column`, without the marks of code. */
export function tableRows(document: string, column: string): string[][] {
  const lines = readDocument(document).split('\n');
  const start = lines.findIndex((line) => line.split('|')[1]?.trim() === column);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}
