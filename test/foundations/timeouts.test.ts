import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { SilenceError, withinMs } from '../../src/foundations/timeouts';

/** A server in a thread of its own, which answers while this one is blocked. */
const echo = `
  const { createServer } = require('node:net');
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
    require('node:worker_threads').parentPort.postMessage(server.address().port);
  });
`;

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('an answer that came while the event loop was blocked is an answer, and a server that says nothing is silent', async () => {
  const thread = new Worker(echo, { eval: true });
  const [port] = (await once(thread, 'message')) as [number];
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const answered = withinMs(once(socket, 'data'), 50, 'The server');
  const silent = withinMs(new Promise(() => undefined), 50, 'The other server');
  const refused = expect(silent).rejects.toBeInstanceOf(SilenceError);
  await new Promise((resolve) => setImmediate(resolve));
  socket.write('here');
  block(200);
  expect(String(await answered)).toBe('here');
  await refused;
  socket.destroy();
  await thread.terminate();
});
