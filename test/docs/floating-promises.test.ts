import { join } from 'node:path';
import { Linter } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { root } from './workspace';

const rule = '@typescript-eslint/no-floating-promises';
const file = join(root, 'test/docs/handlers.ts');

/** What the rule says of handlers in TypeScript, each in a line of its own, with the types of the package. */
function findingsIn(handlers: readonly string[]): readonly (readonly [string | undefined, string | null])[] {
  const lines = handlers.map((handler) => `webhooks.on('notes_created', ${handler});`);
  const text = `${lines.join('\n')}
import type { BigmindWebhooks } from '../../src';
declare const webhooks: BigmindWebhooks;
declare function later(): Promise<void>;
`;
  const options = { strict: true, noEmit: true, skipLibCheck: true, module: ts.ModuleKind.NodeNext };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? text : readFile(name));
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser as Linter.Parser, parserOptions: { programs: [program] } },
    plugins: { '@typescript-eslint': tseslint.plugin as object },
    rules: { [rule]: 'error' },
  };
  const found = new Linter({ cwd: root }).verify(text, [config], file);
  return found.map(({ ruleId, line }) => [handlers[line - 1], ruleId] as const);
}

test('the ESLint rule that the README names finds handlers that forget to await, and no others', () => {
  const forgetting = ['() => { later(); }', 'async () => { later(); }', 'async () => { void 0; later(); }'];
  const waiting = ['() => later()', 'async () => { await later(); }', '() => undefined'];
  expect(findingsIn([...forgetting, ...waiting])).toEqual(forgetting.map((handler) => [handler, rule]));
});
