// A process that attacks a receiver: many connections of every hostile kind, each once.
import { connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';

export interface Attack {
  readonly port: number;
  readonly http2Port: number;
  readonly connections: number;
  /** How many are open at once, at most. */
  readonly atOnce: number;
  /** After how long a stranger gives up. */
  readonly mostMs: number;
}

/** How many connections of each kind ended, and with which answers. */
export type Ends = Readonly<Record<string, Readonly<Record<string, number>>>>;

const { port, http2Port, connections, atOnce, mostMs } = JSON.parse(process.env['RECEIVER'] ?? '') as Attack;
const path = '/webhooks/bigmind';
const megabytes5 = Buffer.alloc(5 * 1024 * 1024, ' ');
const byteByByte = Buffer.from('1\r\n \r\n'.repeat(500));

const head = (more: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\nx-signature: ${'a'.repeat(64)}\r\ncontent-type: application/json\r\n${more}\r\n\r\n`;
const ofLength = (bytes: number): string => head(`content-length: ${bytes}`);
const chunked = head('transfer-encoding: chunked');

/** Opens a connection, and says how it ended: with a status, or without an answer. */
function dial(talk: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve) => {
    let came = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const timer = setTimeout(() => socket.destroy(), mostMs);
    socket.on('connect', () => talk(socket));
    socket.on('data', (chunk) => {
      if (came.length < 16) came += chunk.toString('latin1');
    });
    socket.on('end', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(came.slice(9, 12) || 'no answer');
    });
  });
}

function every(ms: number, socket: Socket, act: () => void): void {
  const timer = setInterval(act, ms);
  socket.once('close', () => clearInterval(timer));
}

/** Writes the same again and again, as fast as it is taken. */
function flood(socket: Socket, piece: Buffer, times: number): void {
  let left = times;
  function more(): void {
    while (left > 0 && !socket.destroyed) {
      left -= 1;
      if (!socket.write(piece)) return void socket.once('drain', more);
    }
  }
  more();
}

const kinds: Readonly<Record<string, () => Promise<string>>> = {
  slow: () =>
    dial((socket) => {
      socket.write(ofLength(100_000));
      every(500, socket, () => socket.write(' '));
    }),
  'slow in its headers': () =>
    dial((socket) => {
      socket.write('POST / HTTP/1.1\r\n');
      every(500, socket, () => socket.write('x-a: b\r\n'));
      setTimeout(() => socket.destroy(), mostMs / 2);
    }),
  'chunks of a byte': () =>
    dial((socket) => {
      socket.write(chunked);
      flood(socket, byteByByte, 200);
    }),
  '5 MB': () =>
    dial((socket) => {
      socket.write(ofLength(megabytes5.length));
      flood(socket, megabytes5.subarray(0, 64 * 1024), 80);
    }),
  '5 MB but for a byte': () =>
    dial((socket) => {
      socket.write(ofLength(megabytes5.length));
      socket.write(megabytes5.subarray(1));
    }),
  'half closed': () =>
    dial((socket) => {
      socket.write(ofLength(100_000));
      socket.end(' '.repeat(50_000));
    }),
  reset: () =>
    dial((socket) => {
      socket.write(ofLength(100_000));
      socket.write(' '.repeat(50_000), () => socket.resetAndDestroy());
    }),
  'HTTP/2 resets': () =>
    new Promise((resolve) => {
      const session = connectHttp2(`http://127.0.0.1:${http2Port}`);
      session.on('error', () => undefined);
      session.on('close', () => resolve('no answer'));
      let left = 100;
      function reset(): void {
        if (left === 0) session.destroy();
        if (session.destroyed) return;
        left -= 1;
        const stream = session.request({ ':method': 'POST', ':path': path, 'x-signature': 'a'.repeat(64) });
        stream.on('error', () => undefined).on('close', reset);
        stream.write(' '.repeat(10_000), () => stream.close(constants.NGHTTP2_CANCEL));
      }
      reset();
      setTimeout(() => session.destroy(), mostMs).unref();
    }),
};

async function attack(): Promise<Ends> {
  const ends: Record<string, Record<string, number>> = {};
  const names = Object.keys(kinds);
  let opened = 0;
  async function worker(): Promise<void> {
    while (opened < connections) {
      const kind = names[opened % names.length] as string;
      opened += 1;
      const end = (await kinds[kind]?.()) ?? 'no answer';
      const before = ends[kind] ?? {};
      ends[kind] = { ...before, [end]: (before[end] ?? 0) + 1 };
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, connections) }, worker));
  return ends;
}

process.send?.({ port: 0 });
void attack().then((ends) => process.send?.(ends, () => process.exit(0)));
