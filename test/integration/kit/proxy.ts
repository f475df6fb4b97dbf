import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** A wire to a server that is not ours to stop. */
export interface Wire {
  readonly port: number;
  /** Nothing goes through any more, and nobody is told. */
  stall(): void;
  /** Every connection breaks, and new ones are refused. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function proxyTo(host: string, port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let state: 'whole' | 'stalled' | 'cut' = 'whole';

  function add(socket: Socket, other: Socket): void {
    sockets.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    socket.on('data', (chunk: Buffer) => other.write(chunk));
    if (state === 'stalled') socket.pause();
  }
  const server = createServer((client) => {
    if (state === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const upstream = dial(port, host);
    add(client, upstream);
    add(upstream, client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      state = 'stalled';
      for (const socket of sockets) socket.pause();
    },
    cut() {
      state = 'cut';
      for (const socket of sockets) socket.resetAndDestroy();
    },
    mend() {
      state = 'whole';
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
