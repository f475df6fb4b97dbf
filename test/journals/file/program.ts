import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

/** A program of `apps/`, as one file that processes of their own run. */
export interface Program {
  start(args: readonly string[], limits?: string): Running;
  remove(): void;
}

export interface Running {
  readonly child: ChildProcess;
  /** The lines that it has written. */
  readonly lines: string[];
  /** Resolves when it has written a line that begins so. */
  said(start: string): Promise<string>;
  kill(): Promise<void>;
}

export async function program(name: string): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'journal-app-'));
  const file = join(folder, 'app.cjs');
  const entry = join(__dirname, 'apps', `${name}.ts`);
  await build({ entryPoints: [entry], outfile: file, bundle: true, platform: 'node', target: 'node20' });
  return { start: (args, limits) => start(file, args, limits), remove: () => rmSync(folder, { recursive: true }) };
}

/** @param limits commands of a shell that come first, such as `ulimit` */
function start(file: string, args: readonly string[], limits = 'true'): Running {
  const child = spawn('sh', ['-c', `${limits}; exec "$0" "$@"`, process.execPath, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const lines: string[] = [];
  const ended = once(child, 'close');
  const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  reader.on('line', (line) => lines.push(line));
  return {
    child,
    lines,
    async said(start) {
      for (;;) {
        const found = lines.find((line) => line.startsWith(start));
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}, and never said ${start}`);
        await Promise.race([once(reader, 'line'), once(reader, 'close')]);
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
