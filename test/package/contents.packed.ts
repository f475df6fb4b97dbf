import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { eventNames } from '../../src/index';
import { installed, run } from './install';

const { consumers, files } = installed();
const home = join(consumers[5], 'node_modules/bigmind-webhooks');
const packageJson = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
  main: string;
  types: string;
  exports: Record<string, string | Record<'types' | 'default', string>>;
  typesVersions: Record<'*', Record<string, string[]>>;
};

test('the tarball holds what its users need', () => {
  const needed = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.js', 'dist/index.d.ts'];
  expect(files).toEqual(expect.arrayContaining([...needed, 'dist/testing/index.js', 'dist/testing/index.d.ts']));
  const schemas = readdirSync(join(__dirname, '../../schemas')).map((file) => `schemas/${file}`);
  expect(schemas.sort()).toEqual([...eventNames, 'common'].map((name) => `schemas/${name}.schema.json`).sort());
  expect(files).toEqual(expect.arrayContaining(schemas));
});

test('the templates of init are whole', () => {
  const templates = readdirSync(join(__dirname, '../../templates'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(__dirname, '../..'), join(entry.parentPath, entry.name)));
  expect(templates.length).toBeGreaterThan(5);
  expect(files.filter((file) => file.startsWith('templates/')).toSorted()).toEqual(templates.toSorted());
});

/** What a browser is given, bundled. */
const page = 'dist/cli/inspector/page/';

test('the inspector’s page is whole', () => {
  const names = files.filter((file) => file.startsWith(page)).map((file) => file.slice(page.length));
  expect(names.sort()).toEqual(['index.html', 'page.css', 'page.js']);
});

test('it holds nothing else: no sources, tests, examples or configuration', () => {
  const folders = ['dist', 'schemas', 'docs', 'migrations', 'templates'];
  const loose = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
  const strangers = files.filter((file) => !folders.includes(file.split('/')[0] ?? '') && !loose.includes(file));
  expect(strangers).toStrictEqual([]);
  const built = files.filter((file) => file.startsWith('dist/') && !file.startsWith(page));
  expect(built.filter((file) => !/\.(?:js|d\.ts)$/.test(file))).toStrictEqual([]);
  const tests = files.filter((file) => /\.test\./.test(file) && !file.startsWith('templates/'));
  expect(tests).toStrictEqual([]);
});

test('every module has its types, and every types their module', () => {
  const stems = (suffix: string) =>
    files
      .filter((file) => file.startsWith('dist/') && !file.startsWith(page) && file.endsWith(suffix))
      .map((file) => file.slice(0, -suffix.length))
      .sort();
  expect(stems('.js')).toEqual(stems('.d.ts'));
});

test('no type imports a default, which would need esModuleInterop', () => {
  const types = files.filter((file) => file.endsWith('.d.ts'));
  expect(types.length).toBeGreaterThan(50);
  const importing = types.filter((file) =>
    /^import (?:type )?\w+(?:, .*)? from /m.test(readFileSync(join(home, file), 'utf8')),
  );
  expect(importing).toStrictEqual([]);
});

test('every subpath leads to a file', () => {
  const targets = Object.values(packageJson.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  );
  expect(targets.length).toBeGreaterThan(4);
  const missing = [packageJson.main, packageJson.types, ...targets].filter(
    (target) => !existsSync(join(home, target.replace('*', 'common.schema.json'))),
  );
  expect(missing).toStrictEqual([]);
});

test('every subpath of code loads, and has types, with no driver installed', () => {
  const names = Object.keys(packageJson.exports).filter((path) => !path.includes('*') && !path.endsWith('.json'));
  expect(names).toEqual(expect.arrayContaining(['.', './testing']));
  const lines = names.map((path, index) => `import * as path${index} from '${path.replace('.', 'bigmind-webhooks')}';`);
  const used = `console.log([${names.map((_, index) => `Object.keys(path${index}).length > 0`).join(', ')}].every(Boolean));`;
  const config = { extends: './tsconfig.json', compilerOptions: { outDir: 'built/subpaths' }, files: ['subpaths.mts'] };
  writeFileSync(join(consumers[5], 'typescript/subpaths.mts'), [...lines, used].join('\n'));
  writeFileSync(join(consumers[5], 'typescript/tsconfig.subpaths.json'), JSON.stringify(config));
  const tsc = 'node_modules/typescript/bin/tsc';
  expect(run(consumers[5], process.execPath, tsc, '-p', 'typescript/tsconfig.subpaths.json')).toBe('');
  expect(run(consumers[5], process.execPath, 'typescript/built/subpaths/subpaths.mjs')).toBe('true\n');
});

test('the old resolution finds the types of every subpath too', () => {
  const code = Object.entries(packageJson.exports).flatMap(([path, target]) =>
    typeof target === 'string' || path === '.' ? [] : [[path.slice(2), [target.types]] as const],
  );
  expect(packageJson.typesVersions['*']).toEqual(Object.fromEntries(code));
});

test('what is not exported cannot be reached', () => {
  const reach = (path: string) => run(consumers[5], process.execPath, '-p', `require.resolve('${path}')`);
  expect(reach('bigmind-webhooks/testing')).toContain('dist');
  expect(() => reach('bigmind-webhooks/dist/receive.js')).toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
});

test('no declaration imports Express, needs the DOM, or says any', () => {
  const declarations = files.filter((file) => file.endsWith('.d.ts'));
  expect(declarations.length).toBeGreaterThan(20);
  const offences = declarations.filter((file) => {
    const text = readFileSync(join(home, file), 'utf8').replace(/\/\*.*?\*\//gs, '');
    return /(?:from|import\(|require\()\s*['"]express|lib="dom"|(?:: |<)any\b/i.test(text);
  });
  expect(offences).toStrictEqual([]);
});
