import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

const src = join(__dirname, '../src');

/** The one file that imports what is no literal: the module that a user names on the command line. */
const usersModule = 'cli/app/load-module.ts';

/** One module importing another, in whatever words. */
export interface Import {
  /** The file that imports. */
  readonly from: string;
  /** The file of ours that is imported, or the package. */
  readonly to: string;
  readonly typesOnly: boolean;
}

/** The source files by their path below src/. */
export const files: ReadonlyMap<string, ts.SourceFile> = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => {
      const name = file.replaceAll('\\', '/');
      return [name, ts.createSourceFile(name, readFileSync(join(src, file), 'utf8'), ts.ScriptTarget.Latest, true)];
    }),
);
export const imports: readonly Import[] = [...files].flatMap(([name, source]) => importsOf(name, source));

function importsOf(from: string, source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  visit(source, (node) => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) found.push({ from, to: resolve(from, specifier), typesOnly: importsTypesOnly(node) });
  });
  return found;
}

/** `import … from`, `export … from`, `require()`, `import()` and `import('…').Type` alike. */
function specifierOf(node: ts.Node): string | undefined {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
    return (node.moduleSpecifier as ts.StringLiteral).text;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal);
  if (ts.isExternalModuleReference(node)) return textOf(node.expression);
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
  return isImport && node.getSourceFile().fileName !== usersModule ? textOf(node.arguments[0]) : undefined;
}

function textOf(node: ts.Node | undefined): string {
  if (node !== undefined && ts.isStringLiteralLike(node)) return node.text;
  throw new Error(`${node?.getSourceFile().fileName} imports what is no literal`);
}

/** Whether nothing of an import is left when the types are gone. */
function importsTypesOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly || allTypes(node.exportClause);
  if (!ts.isImportDeclaration(node) || node.importClause === undefined) return false;
  const { isTypeOnly, name, namedBindings } = node.importClause;
  return isTypeOnly || (name === undefined && allTypes(namedBindings));
}

function allTypes(names: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  if (names === undefined || !(ts.isNamedImports(names) || ts.isNamedExports(names))) return false;
  return (names.elements as readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]).every((name) => name.isTypeOnly);
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return packageOf(specifier);
  const path = posix.join(posix.dirname(from), specifier);
  return [`${path}.ts`, `${path}/index.ts`].find((name) => files.has(name)) ?? path;
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Looks at a node and all below it. */
export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}
