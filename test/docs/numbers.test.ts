import { constantOf, numbersIn } from './constants';
import { readDocument } from './markdown';
import { claims } from './number-claims';

const rows = Object.entries(claims).flatMap(([document, said]) =>
  said.map(([phrase, number]) => [document, phrase, number] as const),
);

test.each(rows)('%s has a number in "%s" that is true: %d', (document, phrase, number) => {
  expect([...new Set(numbersIn(readDocument(document), phrase))]).toEqual([number]);
});

test('closing waits as long for aborted handlers as docs/deployment.md says', () => {
  expect(readDocument('docs/deployment.md').replace(/\s+/g, ' ')).toContain('waits another second');
  expect(constantOf('deduplication/run-once.ts', 'afterAbortMs')).toBe(1000);
});
