import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documents, readDocument } from './markdown';
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

/** The targets of links within the repository: `[text](target)`, with code left out. */
function linksOf(document: string): string[] {
  const text = readDocument(document)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
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
  expect(links).toEqual(expect.arrayContaining(['docs/signatures.md', 'docs/errors.md', 'CONTRIBUTING.md']));
});

test.each(documents())('every link in %s leads somewhere', (document) => {
  expect(linksOf(document).filter((link) => isBroken(document, link))).toStrictEqual([]);
});
