import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documents, readDocument } from './markdown';
import { repository } from './repository';
import { root } from './workspace';

/** GitHub's anchors: words in lower case, joined by hyphens. */
function anchorsOf(document: string): string[] {
  const headings = [...readDocument(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** Where the repository's files are on the web. The README is read on npm, too, and so has whole addresses. */
const addresses = [
  `${repository}/blob/main/`,
  `${repository.replace('https://github.com/', 'https://raw.githubusercontent.com/')}/main/`,
];

function withinRepository(target: string): string {
  const address = addresses.find((start) => target.startsWith(start));
  return address === undefined ? target : target.slice(address.length);
}

/** The targets of links within the repository: `[text](target)`, with code left out. */
function linksOf(document: string): string[] {
  const text = readDocument(document)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => withinRepository(target))
    .filter((target) => !/^\w+:/.test(target));
}

function isBroken(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : join(dirname(document), path);
  if (!existsSync(join(root, target))) return true;
  if (anchor === undefined) return false;
  return statSync(join(root, target)).isDirectory() || !anchorsOf(target).includes(anchor);
}

test('the README links to the other documents', () => {
  const links = linksOf('README.md');
  expect(links).toEqual(expect.arrayContaining(['docs/signatures.md', 'docs/README.md', 'CONTRIBUTING.md']));
});

test('the README has whole addresses, since npm shows it without the repository around it', () => {
  const relative = [...readDocument('README.md').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  expect(relative.filter((target) => !/^(?:https:\/\/|#)/.test(target))).toStrictEqual([]);
});

test('docs/README.md is the index of every document', () => {
  const listed = linksOf('docs/README.md').map((link) => link.split('#')[0]);
  const others = documents().filter((name) => name.startsWith('docs/') && name !== 'docs/README.md');
  expect(others.filter((name) => !listed.includes(name.slice('docs/'.length)))).toStrictEqual([]);
});

test.each(documents())('every link in %s leads somewhere', (document) => {
  expect(linksOf(document).filter((link) => isBroken(document, link))).toStrictEqual([]);
});
