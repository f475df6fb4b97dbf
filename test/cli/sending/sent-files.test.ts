import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examplePayload } from '../../../src/testing';
import { runHere } from '../fake-io';

const payload = JSON.stringify(examplePayload('todo_created'));
const env = { BIGMIND_WEBHOOK_SECRET: 'hush-hush' };

let folder: string;
let server: Server;
let received: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-sent-'));
  received = 0;
  server = createServer((request, response) => {
    received += 1;
    request.resume().on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

async function send(bytes: Buffer, ...more: readonly string[]) {
  const path = join(folder, 'note.json');
  writeFileSync(path, bytes);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return await runHere(['send', '--data', path, '--url', url, ...more], { env });
}

/** `é` is one byte of Latin-1, and no UTF-8. */
const inLatin = Buffer.from(payload.replace('"data":{', '"data":{"customer":"Ren\u00e9",'), 'latin1');

test.each([
  ['is no UTF-8', inLatin, /note\.json is no text in UTF-8\. To send it anyway, pass --force\./],
  ['is empty', Buffer.from('\r\n'), /note\.json is empty\. To send it anyway, pass --force\./],
  [
    'has more than one payload',
    Buffer.from(`${payload}\n${payload}\n`),
    /note\.json is not JSON: line 2, column 1, expected nothing more\./,
  ],
  ['is a list', Buffer.from(`[${payload}]`), /note\.json is not a JSON object\./],
])('a file that %s is not sent, and the reason is said', async (_title, bytes, reason) => {
  const { code, stdout, stderr } = await send(bytes);
  expect(stderr).toMatch(reason);
  expect(stderr).not.toContain('Ren');
  expect({ code, stdout, received }).toEqual({ code: 1, stdout: '', received: 0 });
});

test('a file that is no UTF-8 is sent with --force, and never written anew with other signs', async () => {
  expect(await send(inLatin, '--force')).toMatchObject({ code: 0 });
  expect(received).toBe(1);
  const { code, stderr } = await send(inLatin, '--force', '--set', 'data.type=fax');
  expect(stderr).toContain('needs a JSON object');
  expect({ code, received }).toEqual({ code: 2, received: 1 });
});
