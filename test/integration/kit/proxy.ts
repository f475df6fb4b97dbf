import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { pause } from './sender';

/** A wire to a server that is not ours to stop. */
export interface Wire {
  readonly port: number;
  /** Nothing goes through any more, and nobody is told. */
  stall(): void;
  /** The connections that are open swallow everything, as behind a firewall that forgot them; new ones work. */
  halfOpen(): void;
  /** What is sent arrives, but its connection breaks before the first answer; until it is mended. */
  loseAnswers(): void;
  /** Every connection breaks, and new ones are refused. */
  cut(): void;
  /** All that is sent arrives so many milliseconds later, in either direction. */
  delay(ms: number): void;
  mend(): void;
  close(): Promise<void>;
}

export async function proxyTo(host: string, port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  const dead = new WeakSet<Socket>();
  let state: 'whole' | 'stalled' | 'cut' | 'losing' = 'whole';
  let delayMs = 0;

  function add(socket: Socket, other: Socket, isAnswering: boolean): void {
    sockets.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        sockets.delete(socket);
        // Neither end of a dead connection learns of the other's.
        if (!dead.has(socket)) other.destroy();
      });
    // One after the other, also when the delay ends meanwhile.
    let passed = Promise.resolve();
    socket.on('data', (chunk: Buffer) => {
      if (dead.has(socket)) return;
      if (isAnswering && state === 'losing') {
        other.resetAndDestroy();
        return;
      }
      const at = performance.now() + delayMs;
      passed = passed.then(async () => {
        const leftMs = at - performance.now();
        if (leftMs > 0) await pause(leftMs);
        other.write(chunk);
      });
    });
    if (state === 'stalled') socket.pause();
  }
  const server = createServer((client) => {
    if (state === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const upstream = dial(port, host);
    add(client, upstream, false);
    add(upstream, client, true);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      state = 'stalled';
      for (const socket of sockets) socket.pause();
    },
    halfOpen() {
      for (const socket of sockets) dead.add(socket);
    },
    loseAnswers() {
      state = 'losing';
    },
    cut() {
      state = 'cut';
      for (const socket of sockets) socket.resetAndDestroy();
    },
    delay(ms) {
      delayMs = ms;
    },
    mend() {
      state = 'whole';
      delayMs = 0;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
