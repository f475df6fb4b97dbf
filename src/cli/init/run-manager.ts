import { spawn } from 'node:child_process';
import { Failure } from '../failure';
import type { Io } from '../io';
import type { PackageManager } from './package-manager';

/**
 * Runs a package manager in a folder. What it prints is shown only if it fails.
 *
 * @throws Failure if it cannot be started, or fails
 */
export async function runManager(
  { name }: PackageManager,
  args: readonly string[],
  folder: string,
  io: Io,
): Promise<void> {
  const line = [name, ...args].join(' ');
  io.stderr.write(`${io.stderr.paint('dim', `${line} …`)}\n`);
  const { code, output } = await ended(name, args, folder, io);
  if (code === 0) return;
  io.stderr.write(output);
  throw new Failure(
    `${line} failed${code === null ? '' : `, with exit code ${code}`}. The app is written: once the cause is gone, go on with ${line}.`,
  );
}

function ended(name: string, args: readonly string[], cwd: string, { env, interrupted }: Io) {
  return new Promise<{ readonly code: number | null; readonly output: string }>((resolve, reject) => {
    // On Windows package managers are scripts, which only a shell starts. No argument comes from outside.
    const shell = process.platform === 'win32';
    const child = spawn(name, args, { cwd, env, shell, signal: interrupted, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    }
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new Failure(
              `${name} is not installed. The app is written: install ${name}, or go on with another package manager.`,
            )
          : error,
      ),
    );
    child.once('close', (code) => resolve({ code, output }));
  });
}
