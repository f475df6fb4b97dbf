import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root } from '../../docs/workspace';
import { freePort } from '../kit/free-port';
import { post, type Reply, secret, signedNote } from '../kit/sender';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A command of an example that runs. */
export interface Command {
  readonly ended: Promise<Ended>;
  output(): string;
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

/** An example, copied to where it finds this package built and its neighbours installed. */
export interface Example {
  readonly port: number;
  /** Runs what `package.json` has under that name, as npm would. */
  run(script: string, args?: readonly string[]): Command;
  /** The same to its end; what it wrote. */
  finish(script: string, ...args: string[]): Promise<string>;
  send(note: string): Promise<Reply>;
}

export async function exampleIn(workspace: string, name: string, environment: NodeJS.ProcessEnv): Promise<Example> {
  const folder = join(workspace, name);
  cpSync(join(root, 'examples', name), folder, { recursive: true });
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const port = await freePort();
  const { PATH } = process.env;
  const env = { PATH, PORT: String(port), BIGMIND_WEBHOOK_SECRET: secret, ...environment };

  function run(script: string, args: readonly string[] = []): Command {
    const [program, ...rest] = scripts[script]?.split(' ') ?? [];
    if (program !== 'node') throw new Error(`${name}: expected a script ${script} that runs node`);
    return commandOf(spawn(process.execPath, [...rest, ...args], { cwd: folder, env }));
  }
  return {
    port,
    run,
    async finish(script, ...args) {
      const { code, output } = await run(script, args).ended;
      if (code !== 0) throw new Error(`${name}: ${script} ended with ${code}:\n${output}`);
      return output;
    },
    send: (note) => post(port, signedNote(note)),
  };
}

function commandOf(child: ChildProcess): Command {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const atExit = (): void => void child.kill();
  process.once('exit', atExit);
  const ended = once(child, 'close').then(() => {
    process.off('exit', atExit);
    return { code: child.exitCode, signal: child.signalCode, output };
  });
  return {
    ended,
    output: () => output,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Stands for the CRM that the examples' handlers write to. */
export interface Crm {
  readonly url: string;
  /** What it is told, with the idempotency key that came with it. */
  readonly told: { readonly key: string; readonly what: unknown }[];
  /** The status that it answers with. */
  status: number;
  close(): void;
}

export async function startCrm(): Promise<Crm> {
  const told: Crm['told'] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      told.push({ key: String(request.headers['idempotency-key']), what: JSON.parse(text) });
      response.writeHead(crm.status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const crm: Crm = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    told,
    status: 204,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return crm;
}

/** Resolves once `condition` holds; rejects with what the command wrote when it does not, or when that has ended. */
export async function seen(command: Command, condition: () => boolean | Promise<boolean>, ms = 40_000): Promise<void> {
  let over = false;
  void command.ended.then(() => (over = true));
  for (const end = Date.now() + ms; !(await condition()); ) {
    if (over || Date.now() > end) throw new Error(`Not seen: ${String(condition)}\n${command.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
