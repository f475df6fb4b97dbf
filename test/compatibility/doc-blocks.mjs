import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './install.mjs';

const ts = createRequire(import.meta.url)('typescript');

/**
 * The first block of code under a heading of a document, word for word. A line that ends in `// <alternative>: <other line>` is
 * that other line for a row that names the alternative.
 */
export function blockUnder(document, heading, alternative) {
  const text = readFileSync(join(root, document), 'utf8');
  const [, section] = text.split(new RegExp(`^#+ ${heading.replace(/[.*+?()]/g, '\\$&')}$`, 'm'));
  const [, block] = /^```ts\n([\s\S]*?)^```/m.exec(section?.split(/^#+ /m)[0] ?? '') ?? [];
  if (block === undefined) throw new Error(`${document} has no block of code under "${heading}".`);
  if (alternative === undefined) return block;
  const replaced = block.replace(new RegExp(`^.*// ${alternative}: (.*)$`, 'gm'), '$1');
  if (replaced === block) throw new Error(`The block under "${heading}" has no line "// ${alternative}: …".`);
  return replaced;
}

/** The code in the second column of a document's table, in the row that begins with a name. */
export function cellOf(document, name) {
  const lines = readFileSync(join(root, document), 'utf8').split('\n');
  const found = lines.map((line) => line.split('|').map((each) => each.trim())).filter(([, first]) => first === name);
  const code = found.map((cells) => /^`([^`]+)`/.exec(cells[2] ?? '')?.[1]);
  if (code.length !== 1 || code[0] === undefined) throw new Error(`${document} has no row with code for ${name}.`);
  return code[0];
}

export function toJavaScript(text) {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ES2022,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
  };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}
