import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CodeBlock } from './markdown';
import { toJavaScript } from './type-check';
import { write } from './workspace';

export const secret = 'the secret of the documentation';

export interface EndedBlock {
  readonly code: number | null;
  /** All that it wrote. */
  readonly output: string;
}

/** A block that runs in a process of its own. */
export interface RunningBlock {
  /** The port it listens on; `undefined` when it ended without listening. */
  readonly port: Promise<number | undefined>;
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<EndedBlock>;
  /** Ends it, unless it has ended. */
  stop(): Promise<EndedBlock>;
}

/** Name of a block's file in a workspace. */
export function fileOf({ document, index, language }: CodeBlock): string {
  return `${document.replace(/\W/g, '-')}-${index}.${language === 'ts' ? 'mts' : 'mjs'}`;
}

/** Writes a block as the module that it is, to be run. */
export function writeRunnable(workspace: string, block: CodeBlock, added = ''): string {
  const text = `${block.text}${added}`;
  const file = fileOf(block).replace(/\.mts$/, '.mjs');
  return write(workspace, file, block.language === 'ts' ? toJavaScript(text) : text);
}

/** Nobody listens there, whatever runs on this machine. */
const redisUrl = 'redis://127.0.0.1:1';

/** Runs a file; `served` is the block that `serve.mjs` serves. */
export function run(file: string, served?: string): RunningBlock {
  const { PATH } = process.env;
  const child = fork(file, {
    execArgv: ['--require', join(__dirname, 'preload.cjs')],
    env: { PATH, BIGMIND_WEBHOOK_SECRET: secret, REDIS_URL: redisUrl, ...(served !== undefined && { BLOCK: served }) },
    silent: true,
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, output }));
  return {
    port: Promise.race([portOf(child), ended.then(() => undefined)]),
    ended,
    stop() {
      if (child.connected) child.send('stop');
      return ended;
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return port;
}
