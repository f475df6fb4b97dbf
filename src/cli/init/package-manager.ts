import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Io } from '../io';

/** How a package manager is called, for what people do after `init`. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn' | 'bun';
  /** What stands before the name of a command of a package. */
  readonly exec: string;
}

interface KnownManager extends PackageManager {
  readonly lockfiles: readonly string[];
}

const npm: KnownManager = { name: 'npm', exec: 'npx', lockfiles: ['package-lock.json', 'npm-shrinkwrap.json'] };

const managers: readonly KnownManager[] = [
  npm,
  { name: 'pnpm', exec: 'pnpm exec', lockfiles: ['pnpm-lock.yaml'] },
  { name: 'yarn', exec: 'yarn', lockfiles: ['yarn.lock'] },
  { name: 'bun', exec: 'bunx', lockfiles: ['bun.lock', 'bun.lockb'] },
];

/** The one whose lockfile is nearest, in the folder or above it; else the one that runs this command; else npm. */
export function packageManagerOf(folder: string, { npm_config_user_agent: agent = '' }: Io['env']): PackageManager {
  return byLockfile(folder) ?? managers.find(({ name }) => agent.startsWith(`${name}/`)) ?? npm;
}

function byLockfile(folder: string): PackageManager | undefined {
  const found = managers.find(({ lockfiles }) => lockfiles.some((file) => existsSync(join(folder, file))));
  const above = dirname(folder);
  return found ?? (above === folder ? undefined : byLockfile(above));
}

/** The line that runs a script of package.json. */
export function scriptLine({ name }: PackageManager, script: string): string {
  const isShort = script === 'start' || script === 'test';
  // `bun test` is a test runner of its own.
  return isShort && name !== 'bun' ? `${name} ${script}` : `${name} run ${script}`;
}
