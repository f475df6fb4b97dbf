// Sends requests over connections that stay open, one after the other on each, and reads no more of the replies than it
// must: a client of node:http would use as much of the machine as the server.
import { once } from 'node:events';
import { connect } from 'node:net';

/** Resolves to the seconds it took, and the milliseconds of each reply in ascending order. */
export async function sendAll(port, requests, connections) {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const pending = requests.values();
  const latencies = [];
  const start = performance.now();
  await Promise.all(sockets.map((socket) => exchange(socket, pending, latencies)));
  const seconds = (performance.now() - start) / 1000;
  for (const socket of sockets) socket.destroy();
  return { seconds, latencies: latencies.sort((a, b) => a - b) };
}

async function open(port) {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  return socket;
}

function exchange(socket, pending, latencies) {
  return new Promise((resolve, reject) => {
    let reply = '';
    let sentAt = 0;
    function send() {
      const { value, done } = pending.next();
      if (done) {
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.write(value);
    }
    socket.on('data', (chunk) => {
      reply += chunk.latin1Slice();
      const headEnd = reply.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(reply)?.[1]);
      if (headEnd < 0 || reply.length < headEnd + 4 + length) return;
      if (!reply.startsWith('HTTP/1.1 200 ')) reject(new Error(`A reply was ${reply}`));
      latencies.push(performance.now() - sentAt);
      reply = '';
      send();
    });
    socket.on('error', reject).on('close', () => reject(new Error('The server hung up')));
    send();
  });
}
