import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A receiver in a process of its own. */
export interface ReceiverProcess {
  readonly port: number;
  readonly pid: number;
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly output: string }>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a bundled program; resolves when it says which port it listens on. */
export async function startReceiver(
  file: string,
  config: object,
  environment: NodeJS.ProcessEnv = {},
): Promise<ReceiverProcess> {
  const { PATH } = process.env;
  const child = fork(file, {
    execArgv: [],
    env: { PATH, ...environment, RECEIVER: JSON.stringify(config) },
    silent: true,
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  const ended = once(child, 'close').then(() => {
    process.off('exit', onExit);
    return { code: child.exitCode, signal: child.signalCode, output };
  });
  const early = ended.then(({ code }): never => {
    throw new Error(`The receiver ended (${code}) before it listened:\n${output}`);
  });
  const port = await Promise.race([portOf(child), early]);
  early.catch(() => undefined);
  return { port, pid: child.pid ?? 0, ended, kill: (signal) => void child.kill(signal) };
}

async function portOf(child: ChildProcess): Promise<number> {
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return port;
}
