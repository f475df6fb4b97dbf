import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bigmindWebhooks } from '../../../src/index';
import { fileJournal } from '../../../src/journals/file/index';
import { examplePayload, signDelivery } from '../../../src/testing';
import { type Command, jsonLines, makeCommand, secret } from './command';
import { type Receiver, startReceiver } from './receiver';

let command: Command;
let receiver: Receiver;
let folder: string;

beforeAll(async () => {
  command = await makeCommand();
});
afterAll(() => command.remove());

beforeEach(async () => {
  receiver = await startReceiver();
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(async () => {
  await receiver.stop();
  rmSync(folder, { recursive: true });
});

const sent = [1, 2, 3].map((note) => examplePayload('notes_created', { data: { note_id: `note_${note}` } }));

/** What the file of a journal holds that kept three deliveries. */
async function keep(seal?: Parameters<typeof fileJournal>[0]['seal']): Promise<string> {
  const journal = fileJournal({ directory: join(folder, 'kept'), seal });
  const webhooks = bigmindWebhooks({ secret, journal, logger: false }).on('*', () => undefined);
  for (const payload of sent) await webhooks.receive(signDelivery({ payload, secret }));
  await webhooks.close();
  const [name = ''] = readdirSync(join(folder, 'kept')).filter((file) => file.endsWith('.ndjson'));
  return readFileSync(join(folder, 'kept', name), 'utf8');
}

test('sends what a journal’s file holds, signed anew, byte for byte and in its order', async () => {
  const file = command.file('kept.ndjson', await keep());
  const { code, stdout } = await command.run(['replay', file, '--sign', '--url', receiver.url, '--json']);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ total: 3, accepted: 3, outcomes: { processed: 3 } });
  expect(code).toBe(0);
  expect(receiver.received.map(({ body }) => body.toString())).toEqual(sent.map((payload) => JSON.stringify(payload)));
});

test('passes over the line that a crash cut short, as the journal does', async () => {
  const lines = (await keep()).split('\n').filter((line) => line.includes('"body"'));
  const torn = [...lines.slice(0, 2), lines[2]?.slice(0, 200)].join('\n');
  const file = command.file('torn.ndjson', torn);
  const { code, stdout } = await command.run(['replay', file, '--sign', '--url', receiver.url, '--json']);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ total: 2, accepted: 2 });
  expect(code).toBe(0);
  expect(receiver.received).toHaveLength(2);
});

test('refuses a sealed file in words, and sends nothing of it', async () => {
  const turn = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x5a));
  const file = command.file('sealed.ndjson', await keep({ encrypt: turn, decrypt: turn }));
  const { code, stdout, stderr } = await command.run(['replay', file, '--sign', '--url', receiver.url]);
  expect(stderr).toMatch(/^error: .*seal/);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(receiver.received).toStrictEqual([]);
});
