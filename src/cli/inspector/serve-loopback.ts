import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultLimits } from '../../foundations/default-limits';

/** A server that only this machine can reach. */
export interface LoopbackServer {
  readonly port: number;
  /** Ends the server and its open connections. */
  close(): Promise<void>;
}

/**
 * Serves on 127.0.0.1 and, if possible, on ::1, since `localhost` may mean either.
 *
 * @param port 0 for any free one
 * @throws Error with the code `EADDRINUSE` or `EACCES`
 */
export async function serveLoopback(port: number, listener: RequestListener): Promise<LoopbackServer> {
  const server = await listen(listener, port, '127.0.0.1');
  const taken = (server.address() as AddressInfo).port;
  // It fails without IPv6, or if the port is taken there. The printed address still works.
  const second = await listen(listener, taken, '::1').catch(() => undefined);
  const servers = second === undefined ? [server] : [server, second];
  return {
    port: taken,
    close: async () => {
      await Promise.all(servers.map(end));
    },
  };
}

async function listen(listener: RequestListener, port: number, host: string): Promise<Server> {
  // A sender that stalls is cut off, as by the option `readTimeoutMs`.
  const server = createServer({ requestTimeout: defaultLimits.readTimeoutMs, headersTimeout: 10_000 }, listener);
  server.listen({ port, host, ipv6Only: true });
  await once(server, 'listening');
  // Such as too many open files: the connection is refused, and the command goes on.
  server.on('error', () => undefined);
  return server;
}

async function end(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
