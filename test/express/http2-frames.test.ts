import { once } from 'node:events';
import { connect, type OutgoingHttpHeaders } from 'node:http2';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { genuine, noting, serveHttp2 } from './serve';

const names: Readonly<Record<number, string>> = { 0: 'DATA', 1: 'HEADERS', 3: 'RST_STREAM' };
const endStream = 1;

/** The frames of streams in what a server wrote (RFC 9113, section 4.1). */
function framesIn(bytes: Buffer): readonly string[] {
  const frames: string[] = [];
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    const name = names[bytes.readUInt8(at + 3)];
    if (name === undefined || bytes.readUInt32BE(at + 5) === 0) continue;
    frames.push(name !== 'RST_STREAM' && bytes.readUInt8(at + 4) & endStream ? `${name} END_STREAM` : name);
  }
  return frames;
}

const { webhooks, handled } = noting();
let served: Awaited<ReturnType<typeof serveHttp2>>;
let written: Buffer[];
/** Passes the bytes on, and keeps those of the server. */
const between = createServer((near) => {
  const far = dial(Number(new URL(served.origin).port), '127.0.0.1');
  const ends: readonly Socket[] = [near, far];
  for (const end of ends) end.on('error', () => {}).on('close', () => ends.forEach((each) => void each.destroy()));
  near.pipe(far);
  far.on('data', (chunk) => written.push(chunk)).pipe(near);
});

beforeAll(async () => {
  served = await serveHttp2(webhooks.router);
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
});
beforeEach(() => {
  written = [];
  handled.splice(0);
});
afterAll(() => {
  served.server.close();
  between.close();
});

/** What the server writes for a request whose body ends. */
async function framesOf(headers: OutgoingHttpHeaders, body: string): Promise<readonly string[]> {
  const client = connect(`http://127.0.0.1:${(between.address() as AddressInfo).port}`);
  const stream = client.request({ ':method': 'POST', ':path': '/', ...headers }, { endStream: body === '' });
  stream.on('error', () => {}).resume();
  if (body !== '') stream.end(body);
  await once(stream, 'close');
  // What may follow has come before the answer to this.
  await new Promise((resolve) => client.ping(resolve));
  client.destroy();
  return framesIn(Buffer.concat(written));
}

// A reset before the end means that the answer is cut off: a client that trusts no length gives it up.
test.each<[string, OutgoingHttpHeaders, string]>([
  ['without a signature', {}, '{}'],
  ['of another method', { ':method': 'GET' }, ''],
  ['of an encoded body', { 'x-signature': 'a'.repeat(64), 'content-encoding': 'gzip' }, '{}'],
])('the early answer to a request %s has its end', async (_title, headers, body) => {
  const frames = await framesOf(headers, body);
  expect(frames[0]).toBe('HEADERS');
  expect(frames).toContain('DATA END_STREAM');
  expect(frames.slice(0, frames.indexOf('DATA END_STREAM'))).not.toContain('RST_STREAM');
  expect(handled).toStrictEqual([]);
});

test('the answer to a delivery has its end, and nothing is reset', async () => {
  const { headers, body } = genuine();
  expect(await framesOf(headers, body)).toEqual(['HEADERS', 'DATA', 'DATA END_STREAM']);
  expect(handled).toHaveLength(1);
});
