import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';

/** Installs what a folder's own package-lock.json lists, unless that is what is installed. The path ends with a slash. */
export function installApart(folder) {
  const lock = `${folder}package-lock.json`;
  const installed = `${folder}node_modules/.installed-lock.json`;
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(lock, 'utf8')) return;
  const options = ['--silent', '--ignore-scripts', '--no-audit', '--no-fund'];
  const shell = process.platform === 'win32';
  const { status } = spawnSync('npm', ['ci', ...options], { cwd: folder, stdio: 'inherit', shell });
  if (status !== 0) throw new Error(`npm ci failed in ${folder}`);
  copyFileSync(lock, installed);
}
