import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** Outside of the tree: Node looks for packages in all folders above a file, and must not find ours. */
export const cache = process.env.COMPATIBILITY_CACHE ?? join(tmpdir(), 'bigmind-webhooks-compatibility');

const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** Packs the package as it would be published; the path of the tarball. */
export function packPackage() {
  const folder = mkdtempSync(join(cache, 'packed-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const packed = spawnSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  if (packed.status !== 0) throw new Error(`npm pack failed:\n${packed.stdout}\n${packed.stderr}`);
  const [{ filename }] = JSON.parse(packed.stdout);
  return join(folder, filename);
}

/** Runs a command to its end, or to the end of its time; `code` is null then. */
export function run(command, args, { cwd, env, seconds }) {
  return new Promise((resolve) => {
    // A process group of its own, so that whatever it starts ends with it.
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, detached: true, stdio: 'pipe' });
    let output = '';
    running.add(child.pid);
    child.stdin.end();
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const timer = setTimeout(() => {
      output += `\nIt took longer than ${seconds} seconds.`;
      endGroup(child.pid);
    }, seconds * 1000);
    child.once('error', (error) => (output += error.message));
    child.once('close', (code) => {
      clearTimeout(timer);
      running.delete(child.pid);
      endGroup(child.pid);
      resolve({ code, output });
    });
  });
}

/** Its process groups do not hear of Ctrl-C by themselves. */
const running = new Set();
process.once('exit', () => {
  for (const pid of running) endGroup(pid);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

function endGroup(pid) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it runs any more.
  }
}

const installs = new Map();

/**
 * The folder where the packages are installed beside the tarball, as strangers do: once for each set of versions, while our own
 * dependencies stay the same. In a folder from an earlier run, only our files are replaced.
 */
export function install({ packages, tarball, legacy }) {
  const ours = tarball && JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const needs = ours && { dependencies: ours.dependencies, peers: ours.peerDependencies };
  const key = hashOf(JSON.stringify([packages, needs, legacy]));
  if (!installs.has(key)) installs.set(key, installIn(join(cache, key), { packages, tarball, legacy }));
  return installs.get(key);
}

async function installIn(folder, { packages, tarball, legacy }) {
  if (existsSync(folder)) {
    if (tarball) await unpack(tarball, join(folder, 'node_modules/bigmind-webhooks'));
    return folder;
  }
  // Renamed when it is whole: an install that was broken off is not taken for one.
  const partial = mkdtempSync(join(cache, 'partial-'));
  writeFileSync(join(partial, 'package.json'), '{ "name": "house", "private": true }');
  const names = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  const args = [
    'install',
    ...quietly,
    ...(legacy ? ['--legacy-peer-deps'] : []),
    ...(tarball ? [tarball] : []),
    ...names,
  ];
  const { code, output } = await run('npm', args, { cwd: partial, env: {}, seconds: 300 });
  if (code !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new Error(`npm install ${names.join(' ')} failed:\n${output}`);
  }
  try {
    renameSync(partial, folder);
  } catch (error) {
    // Another run was first.
    if (!existsSync(folder)) throw error;
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

/** Replaces the files of the installed package by those of the tarball. It keeps dependencies that others need in another version. */
async function unpack(tarball, folder) {
  const old = readdirSync(folder).filter((name) => name !== 'node_modules');
  for (const name of old) rmSync(join(folder, name), { recursive: true, force: true });
  const { code, output } = await run('tar', ['-xzf', tarball, '--strip-components', '1'], {
    cwd: folder,
    env: {},
    seconds: 60,
  });
  if (code !== 0) throw new Error(`${basename(tarball)} could not be unpacked:\n${output}`);
}

/** The program of a version of Node, from the npm registry; the one that runs this for `undefined`. */
export async function nodeOf(version) {
  if (version === undefined || version === process.version.slice(1)) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = await install({ packages: { [name]: version } });
  return join(folder, 'node_modules', name, 'bin/node');
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
