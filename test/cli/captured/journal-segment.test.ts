import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCaptured } from '../../../src/cli/captured/parse-captured';
import { payloadsIn } from '../../../src/cli/captured/payloads-in';
import { cleanUp, end, entries, newFolder, openJournal } from '../../journals/file/kit';

afterEach(cleanUp);

/** The bytes of the file that a journal wrote of three deliveries, of which two have ended. */
async function segment(seal?: Parameters<typeof openJournal>[0]['seal']) {
  const directory = newFolder();
  const journal = openJournal({ directory, seal });
  const kept = entries(3);
  for (const one of kept) await journal.append(one);
  for (const { key } of kept.slice(1)) await journal.ended(key, end('processed', ['a']));
  await journal.close();
  const [name = ''] = readdirSync(directory).filter((file) => file.endsWith('.ndjson'));
  return { kept, bytes: readFileSync(join(directory, name)) };
}

test('reads the deliveries of a journal’s file, and passes over the ends', async () => {
  const { kept, bytes } = await segment();
  const read = parseCaptured(bytes);
  expect(read).toEqual(
    kept.map(({ headers, receivedAt, rawBody }) => ({ method: 'POST', url: '/', headers, receivedAt, body: rawBody })),
  );
  expect(payloadsIn(bytes)).toEqual(
    kept.map((_, index) => ({ payload: { value: { event: 'notes_created' } }, line: index + 1 })),
  );
});

test('passes over a line of a journal that a crash cut short', async () => {
  const { bytes } = await segment();
  const torn = Buffer.concat([bytes, bytes.subarray(0, 300), Buffer.from('\n'), bytes.subarray(0, 20)]);
  expect(parseCaptured(torn)).toHaveLength(3);
  expect(payloadsIn(torn)).toHaveLength(3);
});

test('says that the deliveries of a file are sealed', async () => {
  const { bytes } = await segment({ encrypt: (bytes) => bytes, decrypt: (bytes) => bytes });
  expect(() => parseCaptured(bytes)).toThrow(
    /Line 1 is sealed: only the receiver whose journal wrote it can replay it/,
  );
});
