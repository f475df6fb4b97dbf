import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { codeBlocks, documents, frameworks, readDocument } from './markdown';
import { root } from './workspace';

interface Row {
  readonly group: string;
  readonly name: string;
  readonly versions: string;
  readonly pinned?: boolean;
  readonly supported?: boolean;
  readonly reason?: string;
  readonly instead?: string;
  readonly blocks?: readonly { readonly document: string; readonly heading: string }[];
}

const listed = execFileSync(process.execPath, [join(root, 'test/compatibility/run.mjs'), '--list'], {
  encoding: 'utf8',
});
const rows = JSON.parse(listed) as readonly Row[];

/** The cells of the lines of docs/compatibility.md that name a row, after the heading of its group. */
function documented(): string[][] {
  let group = '';
  return readDocument('docs/compatibility.md')
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('## ')) group = line.slice(3);
      const cells = line.split(/(?<!\\)\|/).slice(1, -1);
      if (group === '' || cells.length !== 4 || /^ (with|---) $/.test(cells[0] ?? '')) return [];
      return [[group, ...cells.map((cell) => cell.trim())]];
    });
}

test('docs/compatibility.md has each row of the bench with its versions, in order, and no other', () => {
  expect(rows.length).toBeGreaterThan(20);
  const shown = documented().map(([group, name, versions]) => ({ group, name, versions }));
  expect(shown).toEqual(rows.map(({ group, name, versions }) => ({ group, name, versions })));
});

test('docs/compatibility.md says of each row whether it works; of what is not supported, why and what to do', () => {
  for (const [index, [, , , verdict]] of documented().entries()) {
    const { supported, reason, instead } = rows[index] as Row;
    expect(verdict).toBe(supported === false ? `not supported: ${reason} ${instead}` : 'works');
  }
});

test('a row of the bench runs each block of docs/frameworks.md', () => {
  const ran = rows.flatMap(({ blocks = [] }) => blocks).filter(({ document }) => document === frameworks);
  const headings = codeBlocks(frameworks).map(({ heading }) => heading);
  expect(headings.length).toBeGreaterThan(10);
  expect([...new Set(ran.map(({ heading }) => heading))].toSorted()).toEqual(headings.toSorted());
});

test('each import of pg-boss in a document or an example says that of version 12, which rows of the bench run', () => {
  const tracked = execFileSync('git', ['ls-files', 'examples'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const programs = tracked.filter((file) => /\.[jt]s$/.test(file)).map(readDocument);
  const blocks = documents().flatMap((document) => codeBlocks(document).map(({ text }) => text));
  const lines = [...programs, ...blocks].join('\n').split('\n');
  const imports = lines.filter((line) => /^import .*'pg-boss'/.test(line));
  expect(imports.length).toBeGreaterThan(4);
  for (const line of imports) {
    expect(line).toMatch(
      /^import (type )?PgBoss from 'pg-boss'; \/\/ in pg-boss 12: import (type )?\{ PgBoss \} from 'pg-boss'$/,
    );
    expect(line.split('type ').length).not.toBe(2);
  }
  const headings = rows.filter(({ name }) => name.startsWith('pg-boss 12')).flatMap(({ blocks: ran = [] }) => ran);
  expect(headings.map(({ heading }) => heading)).toContain('In one transaction with the queue');
});

test('ten rows are tried with every change', () => {
  expect(rows.filter(({ pinned }) => pinned === true)).toHaveLength(10);
});
