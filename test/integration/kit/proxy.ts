import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { pause } from './sender';

/** A wire to a server that is not ours to stop. */
export interface Wire {
  readonly port: number;
  /** How many are open. */
  readonly connections: number;
  /** Nothing goes through any more, in one way or both, and nobody is told. */
  stall(way?: Way): void;
  /**
   * The connections that are open swallow everything, as behind a firewall that forgot them; so do those made in the next
   * `alsoNewMs`, and later ones work.
   */
  halfOpen(alsoNewMs?: number): void;
  /** What is sent arrives, but its connection breaks before the first answer; until it is mended. */
  loseAnswers(): void;
  /** Every connection breaks, and new ones are refused. */
  cut(): void;
  /** All that is sent arrives so many milliseconds later, in either direction. */
  delay(ms: number): void;
  mend(): void;
  /** New connections go to another server. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

export type Way = 'requests' | 'answers' | 'both';

export async function proxyTo(host: string, port: number): Promise<Wire> {
  /** And whether each is the server's, which answers. */
  const sockets = new Map<Socket, boolean>();
  const dead = new WeakSet<Socket>();
  let state: 'whole' | 'stalled' | 'cut' | 'losing' = 'whole';
  let stalled: Way = 'both';
  let delayMs = 0;
  let newAreDeadUntil = 0;
  let target = port;

  const isStalled = (isAnswering: boolean): boolean => stalled === 'both' || isAnswering === (stalled === 'answers');

  function add(socket: Socket, other: Socket, isAnswering: boolean): void {
    sockets.set(socket, isAnswering);
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
    if (state === 'stalled' && isStalled(isAnswering)) socket.pause();
  }
  const server = createServer((client) => {
    if (state === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const upstream = dial(target, host);
    if (performance.now() < newAreDeadUntil) dead.add(client).add(upstream);
    add(client, upstream, false);
    add(upstream, client, true);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return Math.ceil(sockets.size / 2);
    },
    stall(way = 'both') {
      state = 'stalled';
      stalled = way;
      for (const [socket, isAnswering] of sockets) if (isStalled(isAnswering)) socket.pause();
    },
    halfOpen(alsoNewMs = 0) {
      newAreDeadUntil = performance.now() + alsoNewMs;
      for (const socket of sockets.keys()) dead.add(socket);
    },
    loseAnswers() {
      state = 'losing';
    },
    cut() {
      state = 'cut';
      for (const socket of sockets.keys()) socket.resetAndDestroy();
    },
    delay(ms) {
      delayMs = ms;
    },
    mend() {
      state = 'whole';
      delayMs = 0;
      for (const socket of sockets.keys()) socket.resume();
    },
    leadTo(port) {
      target = port;
    },
    async close() {
      for (const socket of sockets.keys()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
