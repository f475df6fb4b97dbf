import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toSavedLine } from '../../../src/cli/captured/parse-captured';
import { bigmindWebhooks } from '../../../src/index';
import { secret } from './command';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly at: number;
  /** What it was answered with. */
  readonly status: number;
}

/** A receiver that keeps what came. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Resolves when so many came. */
  came(count: number): Promise<void>;
  /** What came, as lines to save. */
  saved(): string;
  stop(): Promise<void>;
}

type Options = NonNullable<Parameters<typeof bigmindWebhooks>[0]>;

/** A real one, over real HTTP. */
export async function startReceiver(options: Pick<Options, 'signature' | 'clock'> = {}): Promise<Receiver> {
  const webhooks = bigmindWebhooks({ secret, logger: false, ...options }).on('*', () => undefined);
  return await listen(
    async (headers, body) => await webhooks.receive({ headers: headers as Record<string, string>, body }),
  );
}

/** One that answers as it is told; `undefined` for no answer at all. */
export async function listen(
  answer: (headers: IncomingHttpHeaders, body: Buffer) => Promise<{ status: number; body?: string } | undefined>,
): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks);
      const at = performance.now();
      const reply = await answer(request.headers, body);
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body, at, status: reply?.status ?? 0 });
      for (const look of waiting) look();
      if (reply !== undefined) response.writeHead(reply.status).end(reply.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/bigmind`,
    received,
    came: (count) =>
      new Promise((resolve) => {
        function look(): void {
          if (received.length < count) return;
          waiting.delete(look);
          resolve();
        }
        waiting.add(look);
        look();
      }),
    saved() {
      const lines = received.map(({ headers, body }) =>
        toSavedLine({ method: 'POST', url: '/', headers: headers as Record<string, string>, body }),
      );
      return `${lines.join('\n')}\n`;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** An address where nothing listens. */
export async function deadUrl(): Promise<string> {
  const { url, stop } = await listen(async () => undefined);
  await stop();
  return url;
}
