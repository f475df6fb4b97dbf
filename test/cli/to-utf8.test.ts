import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examplePayload, signDelivery } from '../../src/testing';
import { runHere } from './fake-io';

const secret = 'the secret größe 👍';
const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-encodings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const encodings: [string, (text: string) => Buffer][] = [
  ['UTF-8', (text) => Buffer.from(text)],
  ['UTF-8 with a byte order mark', (text) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16 of PowerShell', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16, big-endian', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
];

const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });
const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
const captured = `${lines.join('')}\r\n${body}`;

describe.each(encodings)('a file in %s', (encoding, encode) => {
  test('gives the secret, without its line end', async () => {
    const args = ['--secret-file', fileOf(`${encoding}.secret`, encode(`${secret}\r\n`))];
    const { code, stdout, stderr } = await runHere(['detect', fileOf('plain.http', Buffer.from(captured)), ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('x-bigmind-signature');
  });

  test('is read as a captured request and as a payload', async () => {
    const env = { BIGMIND_WEBHOOK_SECRET: secret };
    const detected = await runHere(['detect', fileOf(`${encoding}.http`, encode(captured))], { env });
    expect(detected).toMatchObject({ code: 0, stderr: '' });
    const validated = await runHere(['validate', fileOf(`${encoding}.json`, encode(body))]);
    expect(validated).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('notes_created') as string,
    });
  });
});

test.each([
  ['UTF-16 without a byte order mark', Buffer.from('the secret', 'utf16le')],
  ['Latin-1', Buffer.from('größe', 'latin1')],
])('a secret in %s is refused, and said to be no UTF-8, without a word of it', async (_encoding, bytes) => {
  const path = fileOf('odd.secret', bytes);
  const { code, stdout, stderr } = await runHere(['detect', path, '--secret-file', path]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('--secret-file is no text in UTF-8: save it as UTF-8.');
  expect(stderr).not.toMatch(/gr|secret [a-z]*$/);
});
