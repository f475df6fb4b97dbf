import { once } from 'node:events';
import { type OutgoingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { body, type Receiver } from './sender';

const servers: Server[] = [];

/** Serves a receiver at `/hook/:tenant`; resolves to the port. */
export async function serve({ webhooks }: Pick<Receiver, 'webhooks'>): Promise<number> {
  const server = express().use('/hook/:tenant', webhooks.router).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** For `afterEach`. */
export async function closeServers(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export interface Reply {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** By Node's own client: it sends a repeated header as two lines, which `fetch` does not. */
export function post(
  port: number,
  headers: OutgoingHttpHeaders,
  sent: string | Buffer = body,
  tenant = 'acme',
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const to = { port, host: '127.0.0.1', method: 'POST', path: `/hook/${tenant}`, headers };
    const outgoing = request(to, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { date: _, connection: __, 'keep-alive': ___, ...kept } = response.headers;
        resolve({ status: response.statusCode, headers: kept, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('error', reject).end(sent);
  });
}
