import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export const root = join(__dirname, '..', '..');
const cache = join(root, 'node_modules', '.cache', 'bigmind-webhooks');

/**
 * A fresh folder in which code finds `bigmind-webhooks` as an installed package, built from these sources, and its
 * neighbours (express, supertest, types) where npm put them.
 */
export function makeWorkspace(): string {
  const folder = join(builtPackage(), `workspace-${randomUUID()}`);
  mkdirSync(folder, { recursive: true });
  // A name of its own: else Node takes the nearest package.json, this repository's, for `bigmind-webhooks`.
  writeFileSync(join(folder, 'package.json'), '{ "name": "workspace", "private": true, "type": "module" }');
  return folder;
}

export function removeWorkspace(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Writes a file into a workspace, with the folders above it. */
export function write(folder: string, path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Copies a folder of examples into a workspace, as a package of its own. */
export function copyExample(folder: string, name: string, type: 'commonjs' | 'module' = 'commonjs'): string {
  const copy = join(folder, name);
  cpSync(join(root, 'examples', name), copy, { recursive: true });
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ name, private: true, type }));
  return copy;
}

/** The folder above whose `node_modules` the package was put, built once for the sources as they are. */
function builtPackage(): string {
  const folder = join(cache, hashOf(['src', 'schemas', 'package.json', 'tsconfig.json', 'tsconfig.build.json']));
  if (existsSync(folder)) return folder;
  removeOldBuilds();
  const building = join(cache, `building-${randomUUID()}`);
  const installed = join(building, 'node_modules', 'bigmind-webhooks');
  mkdirSync(installed, { recursive: true });
  cpSync(join(root, 'schemas'), join(installed, 'schemas'), { recursive: true });
  cpSync(join(root, 'package.json'), join(installed, 'package.json'));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', join(installed, 'dist')];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The package could not be built:\n${stdout}`);
  try {
    renameSync(building, folder);
  } catch (error) {
    // Another test file was quicker.
    rmSync(building, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Builds of other sources are left alone for a day: another test run may use them. */
function removeOldBuilds(): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    const build = join(cache, name);
    if (Date.now() - statSync(build).mtimeMs > 86_400_000) rmSync(build, { recursive: true, force: true });
  }
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesOf(join(root, path))) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/** A file, or every file below a folder. */
export function filesOf(path: string): string[] {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesOf(join(path, entry.name)) : [join(path, entry.name)],
  );
}
