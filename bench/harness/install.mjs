import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('..', import.meta.url));
const lock = `${bench}package-lock.json`;
const installed = `${bench}node_modules/.installed-lock.json`;

/** Installs what the benchmark compares with, unless what is installed is what the lock file says. */
export function install() {
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(lock, 'utf8')) return;
  const options = ['--silent', '--ignore-scripts', '--no-audit', '--no-fund'];
  const shell = process.platform === 'win32';
  const { status } = spawnSync('npm', ['ci', ...options], { cwd: bench, stdio: 'inherit', shell });
  if (status !== 0) throw new Error('bench: npm ci failed in bench/');
  copyFileSync(lock, installed);
}
