// Bundles an app with the tool that is named as argument, `app` or the one that is named then, and runs what comes out far from every node_modules.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Packages in CommonJS call `require` for what Node has built in, and a module has none. */
const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const [, , tool, entry = 'app'] = process.argv;
const here = process.cwd();
const out = join(here, 'out');

const bundlers = {
  async 'esbuild-cjs'() {
    const { build } = await import('esbuild');
    await build({
      entryPoints: [`${entry}.cjs`],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: 'out/app.cjs',
      minify: true,
    });
    return 'app.cjs';
  },
  async 'esbuild-esm'() {
    const { build } = await import('esbuild');
    await build({
      entryPoints: [`${entry}.mjs`],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: 'out/app.mjs',
      banner: { js: banner },
    });
    return 'app.mjs';
  },
  async webpack() {
    const { default: webpack } = await import('webpack');
    const stats = await new Promise((resolve, reject) => {
      const config = {
        mode: 'production',
        target: 'node20',
        context: here,
        entry: `./${entry}.cjs`,
        output: { path: out, filename: 'app.cjs' },
      };
      webpack(config, (error, done) => (error ? reject(error) : resolve(done)));
    });
    if (stats.hasErrors()) throw new Error(stats.toString());
    return 'app.cjs';
  },
  async rollup() {
    const { rollup } = await import('rollup');
    const [{ default: resolve }, { default: commonjs }, { default: json }] = await Promise.all([
      import('@rollup/plugin-node-resolve'),
      import('@rollup/plugin-commonjs'),
      import('@rollup/plugin-json'),
    ]);
    const bundle = await rollup({
      input: `${entry}.mjs`,
      plugins: [
        resolve({ preferBuiltins: true, exportConditions: ['node'] }),
        commonjs({ ignoreDynamicRequires: true }),
        json(),
      ],
      onwarn() {},
    });
    await bundle.write({ dir: out, format: 'es', entryFileNames: 'app.mjs', banner });
    return 'app.mjs';
  },
  async vite() {
    const { build } = await import('vite');
    await build({
      logLevel: 'error',
      ssr: { noExternal: true },
      build: {
        ssr: `${entry}.mjs`,
        outDir: out,
        target: 'node20',
        rollupOptions: { output: { entryFileNames: 'app.mjs' } },
      },
    });
    return 'app.mjs';
  },
  async ncc() {
    const { default: ncc } = await import('@vercel/ncc');
    const { code, assets } = await ncc(join(here, `${entry}.cjs`), { quiet: true });
    mkdirSync(out);
    writeFileSync(join(out, 'app.cjs'), code);
    for (const [name, { source }] of Object.entries(assets)) writeFileSync(join(out, name), source);
    return 'app.cjs';
  },
};

const name = await bundlers[tool]();
const elsewhere = mkdtempSync(join(tmpdir(), 'bundle-'));
cpSync(out, elsewhere, { recursive: true });
const { status } = spawnSync(process.execPath, [join(elsewhere, name)], { stdio: 'inherit' });
rmSync(elsewhere, { recursive: true, force: true });
process.exit(status ?? 1);
