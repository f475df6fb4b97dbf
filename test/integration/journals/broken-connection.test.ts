import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Server } from 'node:net';
import { type Bundle, bundle } from '../kit/bundle';
import { databaseUrl } from '../services';
import { makePlace, type Place } from './postgres-kit';

let app: Bundle;
let place: Place;

beforeAll(async () => {
  app = await bundle({ entry: 'test/integration/apps/in-broken-transactions.ts' });
  place = await makePlace();
  await place.journal().migrate();
});
afterAll(async () => {
  app.remove();
  await place.remove();
});

/** The server's words for: ask me. A connection that has just been made ends with them. */
const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** The server's words when an administrator ends a connection. */
function farewell(): Buffer {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from('E'), length, fields]);
}

/** A wire to PostgreSQL that ends its first connection in the packet in which it is ready. */
async function breakingWire(): Promise<Server> {
  const { hostname, port } = new URL(databaseUrl);
  let isFirst = true;
  const server = createServer((client) => {
    const upstream = dial(Number(port || 5432), hostname);
    const received: Buffer[] = [];
    let isDoomed = isFirst;
    isFirst = false;
    client.on('error', () => undefined).on('close', () => upstream.destroy());
    upstream.on('error', () => undefined).on('close', () => client.end());
    client.on('data', (bytes: Buffer) => upstream.write(bytes));
    upstream.on('data', (bytes: Buffer) => {
      if (!isDoomed) {
        client.write(bytes);
        return;
      }
      received.push(bytes);
      if (!bytes.subarray(-ready.length).equals(ready)) return;
      isDoomed = false;
      client.end(Buffer.concat([...received, farewell()]));
      upstream.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('a connection that breaks as it is taken, or while a transaction has it, refuses that delivery and not the process', async () => {
  const wire = await breakingWire();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((wire.address() as AddressInfo).port);
  const settings = { url: url.href, directUrl: databaseUrl, schema: place.schema };
  const child = spawn(process.execPath, [app.file], { env: { APP: JSON.stringify(settings) } });
  let [said, complaint] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  wire.close();
  expect({ code, said, complaint }).toEqual({ code: 0, said: '["refused","refused","kept"]', complaint: '' });
  expect(await place.count('bigmind_webhook_journal')).toBe(1);
});
