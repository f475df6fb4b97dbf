import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
export const expressVersions = ['4', '5'] as const;

/** Where `globalSetup` put the consumers, and what it packed; for the tests. */
export interface Installed {
  /** The temporary folder that all of it is in. */
  readonly folder: string;
  /** The folder of the consumers that use a version of Express. */
  readonly consumers: Readonly<Record<(typeof expressVersions)[number], string>>;
  readonly tarball: string;
  /** Paths of the files in the tarball. */
  readonly files: readonly string[];
}

/** What the tests find installed. */
export function installed(): Installed {
  const { PACKED = '' } = process.env;
  return JSON.parse(PACKED) as Installed;
}

/** Runs a command to its end; what it printed, or an error that says what it printed. */
export function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} in ${cwd}: ${error ?? `exit code ${status}`}\n${stdout}\n${stderr}`);
}

/** Packs the package once, and installs it as strangers do: once with each version of Express. */
export default function install(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-'));
  try {
    Object.assign(process.env, { PACKED: JSON.stringify(installIn(folder)) });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function installIn(folder: string): Installed {
  const [packed] = JSON.parse(run(root, 'npm', 'pack', '--json', '--silent', '--pack-destination', folder)) as [
    { filename: string; files: { path: string }[] },
  ];
  const consumerOf = (version: string) => makeConsumer(join(folder, `express-${version}`), version, packed.filename);
  const tarball = join(folder, packed.filename);
  const files = packed.files.map(({ path }) => path);
  return { folder, tarball, consumers: { 4: consumerOf('4'), 5: consumerOf('5') }, files };
}

function makeConsumer(folder: string, express: string, tarball: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const packages = [
    join('..', tarball),
    `express@${express}`,
    `@types/express@${express}`,
    '@types/node@20',
    'typescript@6.0',
  ];
  run(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...packages);
  cpSync(join(root, 'test/consumers'), folder, { recursive: true });
  return folder;
}
