// Bundles the inspector's page: `node scripts/build-page.mjs [folder]`, by default into dist/. Nothing of it is loaded
// from anywhere else, so that it works without any network.
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src/cli/inspector/page');
const folder = resolve(process.argv[2] ?? join(root, 'dist/cli/inspector/page'));
const mostBytes = 100_000;

mkdirSync(folder, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: { page: join(source, 'main.ts') },
  outdir: folder,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  tsconfig: join(source, 'tsconfig.json'),
  charset: 'ascii',
  logLevel: 'warning',
});
await build({
  absWorkingDir: root,
  entryPoints: [join(source, 'page.css')],
  outdir: folder,
  bundle: true,
  minify: true,
  target: ['chrome111', 'firefox113', 'safari16.4'],
  logLevel: 'warning',
});
copyFileSync(join(source, 'index.html'), join(folder, 'index.html'));

const bytes = ['index.html', 'page.js', 'page.css'].reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
if (bytes > mostBytes) throw new Error(`The page is ${bytes} bytes, more than ${mostBytes}.`);
