// `npm run chaos [-- --only <fault or setup>… --quick --list --jobs 3]`: faults of the network, of Redis, PostgreSQL,
// disks, clocks and processes, against the built package. Writes docs/faults.md; exits with 1 if a promise was not kept.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'test/integration/chaos');
const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-chaos-'));
// A folder as strangers have it: the package and the drivers are installed.
const installed = ['express', 'ioredis', 'redis', 'pg', 'pg-boss', 'bullmq'];
for (const name of installed) link(join(root, 'node_modules', name), name);
link(root, 'bigmind-webhooks');

function link(target, name) {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

try {
  await build({
    entryPoints: { main: join(source, 'main.ts'), app: join(source, 'app.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    external: [...installed, 'bigmind-webhooks', 'bigmind-webhooks/*'],
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  const { status } = spawnSync(process.execPath, [join(folder, 'main.mjs'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    cwd: root,
    env: { ...process.env, CHAOS_APP: join(folder, 'app.mjs') },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
