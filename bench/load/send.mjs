// The sender of the load. It writes requests that were made before and reads no more of the replies than it must, so
// that the time it takes is the server's: a client of node:http would use as much as the servers do.
import { once } from 'node:events';
import { connect } from 'node:net';

export const path = '/webhooks';

export function requestOf({ headers, body }) {
  const fields = Object.entries({ host: '127.0.0.1', ...headers, 'content-length': body.length });
  const head = `POST ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/**
 * Sends the requests over so many connections, one after the other on each, and resolves to the seconds it took. Every
 * answer must have the status.
 */
export async function sendAll(port, requests, connections, status = 200) {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const pending = requests[Symbol.iterator]();
  const start = process.hrtime.bigint();
  await Promise.all(sockets.map((socket) => exchange(socket, pending, status)));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  for (const socket of sockets) socket.destroy();
  return seconds;
}

async function open(port) {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  return socket;
}

function exchange(socket, pending, status) {
  return new Promise((resolve, reject) => {
    let reply = '';
    const send = () => {
      const { value, done } = pending.next();
      if (done) resolve();
      else socket.write(value);
    };
    socket.on('data', (chunk) => {
      reply += chunk.latin1Slice();
      if (!isWhole(reply)) return;
      if (!reply.startsWith(`HTTP/1.1 ${status} `)) reject(new Error(`bench: a reply was ${reply}`));
      reply = '';
      send();
    });
    socket.on('error', reject).on('close', () => reject(new Error('bench: the server hung up')));
    send();
  });
}

function isWhole(reply) {
  const headEnd = reply.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const length = /content-length: (\d+)/i.exec(reply)?.[1];
  return length === undefined ? reply.endsWith('\r\n0\r\n\r\n') : reply.length === headEnd + 4 + Number(length);
}
