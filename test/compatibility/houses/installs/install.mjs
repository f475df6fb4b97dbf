// Installs the tarball and Express with another package manager, far from every node_modules, and runs the app there.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { resolve } = createRequire(import.meta.url);
const { COMPATIBILITY_TARBALL: tarball } = process.env;
const elsewhere = mkdtempSync(join(tmpdir(), 'compatibility-install-'));
const packages = [`bigmind-webhooks@file:${tarball}`, 'express@5.3.0'];

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: elsewhere, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${args.join(' ')}: exit code ${status}`);
}

const managers = {
  pnpm() {
    const pnpm = join(process.cwd(), '../node_modules/pnpm/bin/pnpm.cjs');
    run(pnpm, 'add', ...packages);
    run('runtime.mjs');
  },
  yarn() {
    const yarn = resolve('@yarnpkg/cli-dist/bin/yarn.js');
    writeFileSync(
      join(elsewhere, '.yarnrc.yml'),
      'nodeLinker: pnp\npnpEnableEsmLoader: true\nenableTelemetry: false\n',
    );
    writeFileSync(join(elsewhere, 'yarn.lock'), '');
    run(yarn, 'add', ...packages);
    run(yarn, 'node', 'runtime.mjs');
  },
};

try {
  for (const name of ['kit.cjs', 'runtime.mjs']) cpSync(name, join(elsewhere, name));
  writeFileSync(join(elsewhere, 'package.json'), '{ "name": "house", "private": true }');
  managers[process.argv[2]]();
} finally {
  rmSync(elsewhere, { recursive: true, force: true });
}
