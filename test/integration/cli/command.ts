import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(__dirname, '../../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** @default the secret of the tests; `null` for none */
  readonly secret?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  /** `null` leaves it open. @default nothing */
  readonly stdin?: string | Buffer | null;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has written to standard output so far. */
  written(): string;
}

/** The command as it is installed, and a folder for what tests write. */
export interface Command {
  /** Path of the program. */
  readonly main: string;
  readonly folder: string;
  /** Where the command keeps what belongs to a folder. */
  readonly state: string;
  /** Writes a file into the folder and says its path. */
  file(name: string, content: string | Buffer): string;
  start(args: readonly string[], options?: RunOptions): Running;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  remove(): void;
}

export const secret = 'the secret of the command';

/** Builds the sources into a folder that is laid out as the package is, module by module. */
export async function makeCommand(): Promise<Command> {
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-cli-'));
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  await build({
    entryPoints: sources
      .filter((file) => file.endsWith('.ts') && !file.includes('page/'))
      .map((file) => join(root, 'src', file)),
    outbase: join(root, 'src'),
    outdir: join(folder, 'dist'),
    absWorkingDir: root,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
  });
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const shared of ['node_modules', 'schemas', 'templates'])
    symlinkSync(join(root, shared), join(folder, shared), 'dir');
  mkdirSync(join(folder, 'files'));
  const state = join(folder, 'state');
  const main = join(folder, 'dist/cli/main.js');
  const running = new Set<ChildProcess>();

  function start(args: readonly string[], options: RunOptions = {}): Running {
    const { secret: given = secret, env = {}, stdin = '' } = options;
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [main, ...args], {
      cwd: join(folder, 'files'),
      env: { PATH, XDG_STATE_HOME: state, ...(given !== null && { BIGMIND_WEBHOOK_SECRET: given }), ...env },
      stdio: 'pipe',
    });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on('error', () => undefined);
    if (stdin !== null) child.stdin.end(stdin);
    const ended = once(child, 'close').then(() => {
      running.delete(child);
      return { code: child.exitCode, stdout, stderr };
    });
    return { child, ended, written: () => stdout };
  }

  return {
    main,
    folder: join(folder, 'files'),
    state,
    file(name, content) {
      const path = join(folder, 'files', name);
      writeFileSync(path, content);
      return path;
    },
    start,
    run: (args, options) => start(args, options).ended,
    remove() {
      for (const child of running) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The lines of JSON that a command printed. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
