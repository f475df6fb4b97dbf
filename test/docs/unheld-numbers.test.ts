import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { outcomes } from '../../src/foundations/outcomes';
import { phrasePattern } from './constants';
import { notOurs } from './foreign-numbers';
import { documents as allDocuments } from './markdown';
import { claims } from './number-claims';
import { numbersInProse, proseOf } from './prose-numbers';
import { root } from './workspace';

/**
 * Written by scripts, with a test of its own each; records of what was measured or changed at its time; for contributors, in step with
 * the code by other tests.
 */
const apart = new Set([
  'docs/compatibility.md',
  'docs/faults.md',
  'docs/options.md',
  'docs/decisions.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
]);

const documents = allDocuments().filter((path) => !apart.has(path));

/** Statuses of ours, and those that a proxy, a mistyped address or the inspector answers with. */
const statuses = new Set([...Object.values(outcomes).map(({ status }) => String(status)), '403', '404', '502', '504']);

function spansOf(prose: string, patterns: readonly RegExp[]): readonly (readonly [number, number])[] {
  return patterns.flatMap((pattern) =>
    [...prose.matchAll(pattern)].map(({ 0: text, index }) => [index, index + text.length] as const),
  );
}

/** Finds a text in which `…` is any text. */
function finding(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*?'), 'g');
}

test.each(documents)(
  'each number in the prose of %s has a row that holds it, or a reason why none does',
  (document) => {
    const prose = proseOf(document);
    const held = spansOf(prose, [
      ...(claims[document] ?? []).map(([phrase]) => phrasePattern(phrase)),
      ...(notOurs[document] ?? []).map(([text]) => finding(text)),
      /\b(?:RFC \d+|JSON Schema 2020-12)/g,
    ]);
    const unheld = numbersInProse(prose).filter(
      ({ number, from, to }) => !statuses.has(number) && !held.some(([start, end]) => start <= from && to <= end),
    );
    expect(unheld.map(({ around }) => around)).toStrictEqual([]);
  },
);

const reasons = Object.entries(notOurs).flatMap(([document, said]) => said.map(([text]) => [document, text] as const));

test.each(reasons)('%s still says "%s", which needs no row', (document, text) => {
  expect(proseOf(document)).toMatch(finding(text));
});

test('a reason that names a test names one that is there', () => {
  const named = Object.values(notOurs).flatMap((said) =>
    said.flatMap(([, why]) => why.match(/test\/[\w./-]+\w/g) ?? []),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(root, path)))).toStrictEqual([]);
});
