import { readDocument } from './markdown';

/** A number that a document has in its prose, with the words around it. */
export interface ProseNumber {
  readonly number: string;
  readonly from: number;
  readonly to: number;
  readonly around: string;
}

/** The prose of a document in one line: no blocks of code, nothing that a script writes, no numbers of lists. */
export function proseOf(document: string): string {
  return readDocument(document)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/<!-- \w+: written by [\s\S]*?<!-- end of \w+ -->/g, '')
    .replace(/^ *\d+\. /gm, '')
    .replace(/\s+/g, ' ');
}

const units =
  'seconds?|minutes?|hours?|days?|weeks?|years?|ms|times|bytes|KB|MB|GB|attempts|characters|levels|columns|events|keys|MACs';
const words =
  'two three four five six seven eight nine ten eleven twelve fifteen twenty thirty fifty hundred thousand million';
const number = new RegExp(
  `(?<![\\w.#/:-])\\d+(?:[,.]\\d+)*(?![\\w])|\\b(?:${words.replaceAll(' ', '|')})(?= (?:${units})\\b)`,
  'g',
);

/** All numbers in a prose. What stands in code or in the address of a link is no claim of the prose. */
export function numbersInProse(prose: string): readonly ProseNumber[] {
  const masked = prose.replace(/`[^`]*`|\]\([^)]*\)/g, (text) => '·'.repeat(text.length));
  return [...masked.matchAll(number)].map(({ 0: text, index }) => {
    const to = index + text.length;
    return { number: text, from: index, to, around: prose.slice(Math.max(0, index - 40), to + 30) };
  });
}
