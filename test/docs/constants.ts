import ts from 'typescript';
import { files, visit } from '../source-files';

/** The number that a file of src/ gives to a name: a constant, a default, or a property. */
export function constantOf(file: string, name: string): number {
  const source = files.get(file);
  if (source === undefined) throw new Error(`There is no src/${file}`);
  const found: number[] = [];
  visit(source, (node) => {
    const isNamed = ts.isVariableDeclaration(node) || ts.isBindingElement(node) || ts.isPropertyAssignment(node);
    if (!isNamed || node.name.getText(source) !== name || node.initializer === undefined) return;
    const value = productIn(node.initializer.getText(source));
    if (!Number.isNaN(value)) found.push(value);
  });
  const [value, ...others] = found;
  if (value === undefined || others.length > 0) throw new Error(`Not one number is called ${name} in src/${file}`);
  return value;
}

/** A product such as `5 * 1024 ** 2`; NaN for anything else. */
function productIn(text: string): number {
  const factors = text.split(/(?<!\*)\*(?!\*)/).map((factor) => {
    const [base = Number.NaN, exponent = 1] = factor.split('**').map((each) => Number(each.replaceAll('_', '')));
    return base ** exponent;
  });
  return factors.reduce((product, factor) => product * factor, 1);
}

const words = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen'.split(
  ' ',
);

const second = 1000;
const units: readonly (readonly [RegExp, number])[] = [
  [/^ (?:s|seconds?)\b/, second],
  [/^ (?:min|minutes?)\b/, 60 * second],
  [/^ days?\b/, 86_400 * second],
  [/^ KB\b/, 1024],
  [/^ (?:MB|MiB)\b/, 1024 ** 2],
];

/** The numbers that a text has in place of the `#` of a phrase, in milliseconds or bytes if a unit follows. */
export function numbersIn(text: string, phrase: string): readonly number[] {
  const [, after = ''] = phrase.split('#');
  const unit = units.find(([name]) => name.test(after))?.[1] ?? 1;
  return [...text.replace(/\s+/g, ' ').matchAll(phrasePattern(phrase))].map(
    ([, number = '']) => unit * toNumber(number),
  );
}

/** Finds a phrase, with any number in place of its `#`. */
export function phrasePattern(phrase: string): RegExp {
  const [before = '', after = ''] = phrase.split('#');
  return new RegExp(`${escaped(before)}([\\d][\\d,_]*(?:\\.\\d+)?|[a-z]+)${escaped(after)}`, 'g');
}

function toNumber(text: string): number {
  const index = words.indexOf(text);
  return index < 0 ? Number(text.replace(/[,_]/g, '')) : index;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
