// Compiles the app in every module mode of the TypeScript that is installed, and runs what comes out of three of them.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import kit from './kit.cjs';

const require = createRequire(import.meta.url);
const manifest = require.resolve('typescript/package.json');
const { version, bin } = JSON.parse(readFileSync(manifest, 'utf8'));
const tsc = join(manifest, '..', bin.tsc);
const major = Number(version.split('.')[0]);

const strict = {
  target: 'ES2022',
  lib: ['ES2022'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
};
/** Without `esModuleInterop` where it can be off. TypeScript 7 has no resolution of that name any more. */
const classic =
  major < 7
    ? {
        module: 'CommonJS',
        moduleResolution: 'Node10',
        esModuleInterop: false,
        ...(major === 6 && { ignoreDeprecations: '6.0' }),
      }
    : { module: 'CommonJS', moduleResolution: 'Bundler' };
const modes = {
  'node16 as ESM': { type: 'module', options: { module: 'Node16', moduleResolution: 'Node16' } },
  'node16 as CommonJS': { type: 'commonjs', options: { module: 'Node16', moduleResolution: 'Node16' } },
  nodenext: { type: 'module', options: { module: 'NodeNext', moduleResolution: 'NodeNext' } },
  bundler: { type: 'module', options: { module: 'ESNext', moduleResolution: 'Bundler' } },
  commonjs: { type: 'commonjs', options: classic },
};

kit.watchConsole();
for (const [name, { type, options }] of Object.entries(modes)) {
  const folder = join(process.cwd(), name.replace(/\W+/g, '-'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  cpSync('app.ts', join(folder, 'app.ts'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'house', private: true, type }));
  const compilerOptions = { ...strict, ...options, outDir: 'built' };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: folder, encoding: 'utf8' });
  // Some types of pino need `esModuleInterop`.
  const errors = stdout.split('\n').filter((line) => line.includes('error TS') && !line.includes('node_modules/pino/'));
  if (errors.length > 0) throw new Error(`TypeScript ${version}, ${name}:\n${errors.join('\n')}`);
  const { webhooks } = await import(pathToFileURL(join(folder, 'built/app.js')));
  await kit.prove(async (delivery) => (await webhooks.receive(delivery)).status, { slow: false });
  kit.proved(name);
}
