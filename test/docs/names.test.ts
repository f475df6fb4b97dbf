import ts from 'typescript';
import * as testing from '../../src/testing';
import { runHere } from '../cli/fake-io';
import { files, visit } from '../source-files';
import { readDocument, tableRows } from './markdown';

/** The names of the members of an interface or a class, methods included. */
function membersOf(file: string, name: string): string[] {
  const found: string[] = [];
  const source = files.get(file);
  source?.forEachChild((node) => {
    if ((ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) && node.name?.text === name)
      found.push(...node.members.map((member) => member.name?.getText(source) ?? ''));
  });
  return found;
}

/** The section of a document below a heading, in one line. */
function sectionOf(document: string, heading: string): string {
  const [, after = ''] = readDocument(document).split(`\n## ${heading}\n`);
  return (after.split('\n## ')[0] ?? '').replace(/\s+/g, ' ');
}

test.each([
  ['docs/handlers.md', 'Registering a handler', 'foundations/contracts/handler-context.ts', 'HandlerContext'],
  ['docs/your-own-queue.md', 'An adapter', 'foundations/contracts/queue.ts', 'DeliveryQueue'],
  ['docs/stores.md', 'Writing one', 'foundations/contracts/store.ts', 'DeliveryStore'],
  ['docs/operations.md', 'Health', 'foundations/contracts/health.ts', 'Health'],
])('%s names below "%s" every member that %s gives to %s', (document, heading, file, name) => {
  const members = membersOf(file, name);
  expect(members.length).toBeGreaterThan(4);
  const section = sectionOf(document, heading);
  expect(members.filter((member) => !new RegExp(`\`${member}\\b`).test(section))).toStrictEqual([]);
});

test('docs/testing.md lists every function of bigmind-webhooks/testing, and no other', () => {
  const listed = tableRows('docs/testing.md', 'function').flatMap(([names = '']) => [...names.matchAll(/(\w+)\(/g)]);
  expect(listed.map(([, name]) => name).toSorted()).toEqual(Object.keys(testing).toSorted());
});

test('docs/cli.md lists every command, and no other', async () => {
  const { stdout } = await runHere(['--help']);
  const [, commands = ''] = /^Commands:\n((?: .*\n)+)/m.exec(stdout) ?? [];
  const names = [...commands.matchAll(/^ {2}([\w-]+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
  expect(names.length).toBeGreaterThan(5);
  expect(
    tableRows('docs/cli.md', 'command')
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(names.toSorted());
});

test('docs/inspector.md lists every option of listen as its help writes it, and no other', async () => {
  const { stdout } = await runHere(['listen', '--help']);
  const options = [...stdout.matchAll(/^ {2}(--[\w-]+(?: <\w+>)?)/gm)].map(([, option]) => option);
  expect(options.length).toBeGreaterThan(5);
  expect(
    tableRows('docs/inspector.md', 'option')
      .map(([option]) => option)
      .toSorted(),
  ).toEqual(options.toSorted());
});

test('docs/queues.md and docs/operations.md list every word by which a header or a path parameter is left out', () => {
  const wordsOf = (file: string, name: string): readonly string[] => {
    let pattern = '';
    const source = files.get(file);
    if (source)
      visit(source, (node) => {
        if (ts.isVariableDeclaration(node) && node.name.getText(source) === name)
          pattern = node.initializer?.getText(source) ?? '';
      });
    return pattern.replace(/^\/(?:\^\(\?:)?|(?:\)\$)?\/i$/g, '').split('|');
  };
  const quoted = (text: string): readonly string[] => [...text.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
  const [, headers = ''] =
    /whose name contains ([^.]*?), nor the header/.exec(sectionOf('docs/queues.md', 'Headers in jobs')) ?? [];
  const ofHeaders = wordsOf('foundations/credential-headers.ts', 'credential');
  expect(quoted(headers)).toEqual(ofHeaders);
  const [, params = '', names = ''] =
    /one whose name contains (.*?) is `\(not shown\)`, as are those of (.*?)\./.exec(
      readDocument('docs/operations.md'),
    ) ?? [];
  const ofParams = [...ofHeaders, ...wordsOf('foundations/credential-headers.ts', 'inParameters')];
  // A word that holds another of them says nothing more.
  const isNew = (word: string): boolean => !ofParams.some((other) => other !== word && word.includes(other));
  expect(quoted(params)).toEqual(ofParams.filter(isNew));
  expect(quoted(names)).toEqual(wordsOf('foundations/credential-headers.ts', 'ofParameters'));
});
