import ts from 'typescript';

/** How code is read, whatever becomes of it. */
const language: ts.CompilerOptions = { target: ts.ScriptTarget.ES2023, esModuleInterop: true };

const options: ts.CompilerOptions = {
  ...language,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  allowJs: true,
  checkJs: true,
};

/** Its types speak of browsers, and come without those of Emscripten: nothing that we could put right. */
const othersMistakes = '/node_modules/@electric-sql/';

/** Compiles files as strictly as a user may, and says what is wrong with them, a line each. */
export function typeErrors(files: readonly string[]): string[] {
  const program = ts.createProgram([...files], { ...options, noEmit: true });
  const found = ts.getPreEmitDiagnostics(program).filter(({ file }) => !file?.fileName.includes(othersMistakes));
  return found.map(describe);
}

/** The JavaScript of a module whose types were checked. */
export function toJavaScript(text: string, module: 'commonjs' | 'module' = 'module'): string {
  const format = module === 'module' ? ts.ModuleKind.ES2022 : ts.ModuleKind.CommonJS;
  return ts.transpileModule(text, { compilerOptions: { ...language, module: format } }).outputText;
}

function describe({ file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined || start === undefined) return message;
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1} ${message}`;
}
