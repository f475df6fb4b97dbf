import { execFileSync } from 'node:child_process';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { until } from '../../kit/until';
import { type Command, jsonLines, makeCommand, type Running, type RunOptions } from './command';

export { until };

/** The command with the inspector's page built beside it. */
export async function makeListenCommand(): Promise<Command> {
  const command = await makeCommand();
  const script = join(__dirname, '../../../scripts/build-page.mjs');
  execFileSync(process.execPath, [script, join(dirname(command.main), 'inspector/page')], { stdio: 'inherit' });
  return command;
}

/** A `listen --json` that runs. */
export interface ListeningProcess extends Running {
  readonly receiver: string;
  readonly inspector: string;
  /** The deliveries that it has printed so far. */
  deliveries(): Record<string, unknown>[];
}

export async function startListen(
  command: Command,
  args: readonly string[] = [],
  options?: RunOptions,
): Promise<ListeningProcess> {
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const running = command.start(['listen', '--json', ...port, ...args], options);
  const printed = () => jsonLines(running.written().slice(0, running.written().lastIndexOf('\n') + 1));
  const ended = running.ended.then(({ stderr }): never => {
    throw new Error(`listen ended before it listened:\n${stderr}`);
  });
  await Promise.race([until(() => printed().length > 0), ended]);
  ended.catch(() => undefined);
  const { receiver, inspector } = printed()[0] as { readonly receiver: string; readonly inspector: string };
  return { ...running, receiver, inspector, deliveries: () => printed().filter(({ type }) => type === 'delivery') };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** A request with any headers, also those that browsers and fetch do not let anybody set. */
export function ask(
  url: string,
  headers: Record<string, string | readonly string[]> = {},
  { method = 'GET', body = '' } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = send(url, { method, headers: headers as Record<string, string>, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** An app that answers deliveries, and what came to it. */
export async function startApp(status: number, answer = 'from the app') {
  const came: {
    readonly method: string;
    readonly headers: NodeJS.Dict<string | string[]>;
    readonly body: Buffer;
    readonly url: string;
  }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', headers, url = '' } = request;
      came.push({ method, headers, body: Buffer.concat(chunks), url });
      response.writeHead(status, { 'content-type': 'text/plain' }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/hooks`,
    came,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
