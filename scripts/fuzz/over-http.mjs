import { connect } from 'node:net';

const hangMs = 60_000;

/** A kept connection that is asked one request after the other; opened again where the server has closed it. */
export function keptConnection(port) {
  let socket;
  return function ask({ headers, body }) {
    return new Promise((resolve, reject) => {
      let came = Buffer.alloc(0);
      const timer = setTimeout(() => done(new Error('a request over HTTP was not answered')), hangMs);
      function done(failure, status) {
        clearTimeout(timer);
        socket.removeAllListeners();
        socket.on('error', () => {});
        if (failure !== undefined || status === undefined) {
          socket.destroy();
          socket = undefined;
        }
        if (failure === undefined) resolve(status ?? 'no answer');
        else reject(failure);
      }
      function onData(chunk) {
        came = Buffer.concat([came, chunk]);
        const text = came.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
        if (came.length < end + 4 + length) return;
        const status = Number(text.slice(9, 12));
        const isClosing = /connection: close/i.test(text.slice(0, end));
        done(undefined, status);
        if (!isClosing) return;
        socket.destroy();
        socket = undefined;
      }
      socket ??= connect(port, '127.0.0.1');
      socket
        .on('data', onData)
        .on('error', () => done())
        .on('close', () => done());
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${lines}content-length: ${body.length}\r\n\r\n`);
      socket.write(body);
    });
  };
}

/** Writes bytes that need be no request and ends; resolves to all that came. */
export function sendRaw(port, bytes) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error('bytes over a connection were neither answered nor cut off'));
    }, hangMs);
    socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
    socket.end(bytes);
  });
}
