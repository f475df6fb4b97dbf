import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const texts = new Map();

function linesOf(file) {
  if (!texts.has(file)) texts.set(file, readFileSync(file, 'utf8').split('\n'));
  return texts.get(file);
}

const inOneLine = (text) => text.replace(/\s+/g, ' ').trim();
/** Blocks are long; how they begin and end is enough beside their line. */
const shortened = (text) => (text.length > 80 ? `${text.slice(0, 50)} … ${text.slice(-25)}` : text);

/** What a mutant changes, in words that stay the same when lines are added above it. */
export function describeMutant({ fileName, location: { start, end }, mutatorName, replacement }) {
  const file = relative(process.cwd(), fileName);
  const lines = linesOf(file).slice(start.line, end.line + 1);
  const line = lines[0].trim();
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column);
  lines[0] = lines[0].slice(start.column);
  const original = shortened(inOneLine(lines.join('\n')));
  return { file, mutator: mutatorName, line, original, replacement: shortened(inOneLine(replacement)) };
}

/** The key of a mutant in equivalent.json. Two in one line with the same words are one. */
export function nameOf(mutant) {
  return keyOf(describeMutant(mutant));
}

export function keyOf({ file, mutator, line, original, replacement }) {
  return JSON.stringify([file, mutator, line, original, replacement]);
}
