import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import express from 'express';
import type { WebhookRouter } from '../../src/index';
import { type Gate, gate } from '../deduplication/kit';
import type { genuine, receiver } from '../pipeline/receiver';

export { genuine, notedLog, noting, receiver, secret } from '../pipeline/receiver';

/** The same suite runs under both; Express 4 has no types of its own here, and none that differ where we use it. */
export const expresses = [
  { name: 'Express 5', express },
  { name: 'Express 4', express: jest.requireActual<typeof express>('express4') },
];

export const path = '/webhooks/bigmind';

export interface Served {
  readonly origin: string;
  readonly port: number;
  readonly server: Server;
  /** Every connection that was ever made. */
  readonly sockets: readonly Socket[];
  close(): Promise<void>;
}

export async function serve(app: RequestListener): Promise<Served> {
  const server = createServer(app);
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const port = portOf(server);
  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
  return { origin: `http://127.0.0.1:${port}`, port, server, sockets, close };
}

/** Serves over HTTP/2 without TLS. */
export async function serveHttp2(
  router: WebhookRouter,
): Promise<{ readonly origin: string; readonly server: Http2Server }> {
  const server = createHttp2Server(router);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { origin: `http://127.0.0.1:${portOf(server)}`, server };
}

const portOf = (server: Server | Http2Server): number => (server.address() as AddressInfo).port;

/** Adds a handler that waits for `end`. `started` opens when it first runs. */
export function holdUp({ on }: ReturnType<typeof receiver>['webhooks']): {
  readonly started: Gate;
  readonly end: Gate;
} {
  const [started, end] = [gate(), gate()];
  on('notes_created', () => {
    started.open();
    return end.passed;
  });
  return { started, end };
}

export function post(
  url: string,
  { headers, body }: { headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> },
) {
  return fetch(url, { method: 'POST', headers, body });
}

/** Every header of a request to write by hand. */
export function headLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

/** A whole request, to write by hand. */
export function requestText({ headers, body }: ReturnType<typeof genuine>): string {
  const head = headLines({ host: 'x', 'content-length': String(Buffer.byteLength(body)), ...headers });
  return `POST ${path} HTTP/1.1\r\n${head}\r\n${body}`;
}

/** A connection to write to byte by byte; `ended` has everything that came once the server has closed it. */
export function dial(port: number) {
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  const text = () => Buffer.concat(received).toString('latin1');
  socket.on('error', () => {});
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(text())));
  const waiting: { readonly until: RegExp; readonly resolve: (text: string) => void }[] = [];
  socket.on('data', (chunk) => {
    received.push(chunk);
    for (const { until, resolve } of waiting) if (until.test(text())) resolve(text());
  });
  /** Resolves when what has come matches. */
  function seen(until: RegExp): Promise<string> {
    return new Promise((resolve) => {
      if (until.test(text())) resolve(text());
      else waiting.push({ until, resolve });
    });
  }
  return { socket, ended, seen };
}
