import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { files } from '../source-files';
import { codeBlocks, documents, readDocument, tableRows } from './markdown';
import { root } from './workspace';

/** The names of an interface's properties. */
function propertiesOf(file: string, name: string): string[] {
  const source = files.get(file);
  const found: string[] = [];
  source?.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== name) return;
    for (const member of node.members) found.push(member.name?.getText(source) ?? '');
  });
  return found;
}

test('docs/operations.md has every field of a delivery’s line, and no other', () => {
  const fields = propertiesOf('pipeline/delivery-line.ts', 'DeliveryLine');
  expect(fields).toContain('outcome');
  expect(tableRows('docs/operations.md', 'field').map(([field]) => field)).toEqual(fields);
});

test('docs/operations.md names every detail that onError gets', () => {
  const [, section = ''] = readDocument('docs/operations.md').split('## Errors to Sentry or Slack');
  const details = propertiesOf('receiver.ts', 'ErrorDetails');
  expect(details).toContain('running');
  for (const detail of details) expect(section).toContain(`\`${detail}\``);
});

/** Text that logs, from the documents and the examples. */
function loggingTexts(): string[] {
  const examples = readdirSync(join(root, 'examples'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  return [...examples, ...documents().flatMap((document) => codeBlocks(document).map(({ text }) => text))];
}

test('no example overwrites a field of pino’s own in its log lines', () => {
  const logged = loggingTexts().flatMap((text) =>
    [...text.matchAll(/\blog\.(?:debug|info|warn|error)\(\{([^}]*)\}/g)].map(([, fields = '']) => fields),
  );
  expect(logged.length).toBeGreaterThan(5);
  const own =
    /(?:^|[\s,])(?:level|time|pid|hostname|name|msg)\s*[:,]|(?:^|[\s,])(?:level|time|pid|hostname|name|msg)\s*$/;
  expect(logged.filter((fields) => own.test(fields))).toStrictEqual([]);
});
