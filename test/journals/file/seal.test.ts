import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { JournalSeal } from '../../../src/journals/file';
import { all, cleanUp, end, entry, keys, newFolder, openJournal } from './kit';

afterEach(cleanUp);

/** As docs/journal.md shows it. */
function sealOf(key: Buffer): JournalSeal {
  return {
    encrypt(bytes) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt(bytes) {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    },
  };
}

const seal = sealOf(randomBytes(32));
const sensitive = entry({
  headers: { 'x-customer': 'Zoë Quinn' },
  params: { account: 'no. 4711' },
  rawBody: Buffer.from('{"text":"in confidence"}'),
});

/** A folder of a journal that has kept and sealed `sensitive`. */
async function withSealedEntry(): Promise<string> {
  const directory = newFolder();
  const journal = openJournal({ directory, seal });
  await journal.append(sensitive);
  await journal.close();
  return directory;
}

test('writes nothing of the body, the headers and the params in clear, and finds by what stays readable', async () => {
  const directory = newFolder();
  const journal = openJournal({ directory, seal });
  await journal.append(sensitive);
  await journal.ended(sensitive.key, end('processed', ['crm']));
  const [found] = await all(journal, { tenant: 'acme', events: ['notes_created'], outcomes: ['processed'] });
  expect(found).toMatchObject({ ...sensitive, end: { succeeded: ['crm'] } });
  const text = readdirSync(directory)
    .filter((name) => name.endsWith('.ndjson'))
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('');
  for (const clear of [sensitive.key, 'acme', 'notes_created', 'crm']) expect(text).toContain(clear);
  // Four digits alone may be in a key or in sealed bytes by chance.
  for (const secret of ['Zoë', 'customer', 'no. 4711', 'confidence', Buffer.from('in confidence').toString('base64')]) {
    expect(text).not.toContain(secret);
  }
});

test.each([
  ['another seal', sealOf(randomBytes(32))],
  ['no seal', undefined],
])('rejects with %s, and says what to do', async (_, other) => {
  const directory = await withSealedEntry();
  const again = openJournal({ directory, seal: other });
  await expect(all(again)).rejects.toMatchObject({
    code: 'JOURNAL_SEALED',
    message: expect.stringMatching(
      new RegExp(`^JOURNAL_SEALED The entry of key ${sensitive.key} is sealed, .*Pass the seal that it was kept with`),
    ) as unknown,
  });
  expect(await keys(again, { tenant: 'other' })).toStrictEqual([]);
  expect((await again.stats()).entries).toBe(1);
});

test('finds what was kept before there was a seal, and forgets what it cannot unseal', async () => {
  const directory = newFolder();
  const plain = openJournal({ directory });
  const before = entry();
  await plain.append(before);
  await plain.close();
  const sealed = openJournal({ directory, seal });
  await sealed.append(sensitive);
  expect(await keys(sealed)).toEqual([before.key, sensitive.key]);
  await sealed.close();
  const again = openJournal({ directory });
  expect(await again.forget({ key: sensitive.key })).toBe(1);
  expect(await keys(again)).toEqual([before.key]);
});

test('rejects what the seal does not encrypt, and keeps nothing of it', async () => {
  const directory = newFolder();
  const broken = { encrypt: () => Promise.reject(new Error('no key today')), decrypt: (bytes: Buffer) => bytes };
  const journal = openJournal({ directory, seal: broken });
  await expect(journal.append(sensitive)).rejects.toThrow('fileJournal.seal.encrypt failed: no key today');
  const odd = openJournal({ directory: newFolder(), seal: { ...broken, encrypt: () => 'text' as unknown as Buffer } });
  await expect(odd.append(sensitive)).rejects.toThrow(/seal.encrypt: expected a Buffer, got a string/);
  expect(await keys(journal)).toStrictEqual([]);
  expect(await keys(odd)).toStrictEqual([]);
});

test('calls the methods of a seal that is an object of a class', async () => {
  class Flipping implements JournalSeal {
    readonly #mask = 0x5a;
    encrypt(bytes: Buffer): Buffer {
      return bytes.map((byte) => byte ^ this.#mask) as Buffer;
    }
    decrypt(bytes: Buffer): Buffer {
      return this.encrypt(bytes);
    }
  }
  const journal = openJournal({ directory: newFolder(), seal: new Flipping() });
  await journal.append(sensitive);
  expect(await all(journal)).toMatchObject([sensitive]);
});

test('keeps each delivery as it came where a seal writes into one buffer, and gives it so while the next is read', async () => {
  const shared = Buffer.alloc(4096);
  const intoShared = (bytes: Buffer): Buffer => shared.subarray(0, bytes.copy(shared));
  const reusing: JournalSeal = {
    encrypt: (bytes) => intoShared(seal.encrypt(bytes) as Buffer),
    decrypt: (bytes) => intoShared(seal.decrypt(bytes) as Buffer),
  };
  const journal = openJournal({ directory: newFolder(), seal: reusing });
  const some = Array.from({ length: 5 }, (_, index) => entry({ rawBody: Buffer.from(`{"number":${index}}`) }));
  await Promise.all(some.map((one) => journal.append(one)));
  expect(await all(journal)).toMatchObject(some);
});

test('keeps nothing of which a seal makes no bytes', async () => {
  const journal = openJournal({ directory: newFolder(), seal: { ...seal, encrypt: () => Buffer.alloc(0) } });
  await expect(journal.append(sensitive)).rejects.toThrow(
    /seal.encrypt: expected a Buffer with bytes, got an empty one/,
  );
  expect(await keys(journal)).toStrictEqual([]);
});

test('says what decrypt said, so that a key service that is away is not taken for a wrong key', async () => {
  const directory = await withSealedEntry();
  const away = { ...seal, decrypt: () => Promise.reject(new Error('the key service is away')) };
  await expect(all(openJournal({ directory, seal: away }))).rejects.toThrow(
    /seal.decrypt failed: the key service is away/,
  );
});

test.each<[string, unknown]>([
  ['other bytes', Buffer.from('0123 in confidence')],
  ['JSON that is no entry', Buffer.from('\0\0\0\u0004null')],
  ['three bytes', Buffer.from('abc')],
  ['text', 'in confidence'],
  ['nothing', undefined],
])('says of a decrypt that gives back %s what is wrong, and quotes nothing of it', async (_, given) => {
  const directory = await withSealedEntry();
  const wrong = { ...seal, decrypt: () => given as Buffer };
  const error = await all(openJournal({ directory, seal: wrong })).then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  expect(error).toMatchObject({ code: 'JOURNAL_SEALED' });
  expect(error?.message).toMatch(
    /seal.decrypt failed: (It gave back other bytes than encrypt was given|fileJournal.seal.decrypt: expected a Buffer, got (a string of 13 characters|undefined))\. Pass the seal/,
  );
  expect(inspect(error, { depth: 9 })).not.toMatch(/in confidence|Unexpected/);
});

test('a search ends where decrypt does not answer, and says so', async () => {
  const directory = await withSealedEntry();
  let isAsked = false;
  const silent = (): Promise<never> => {
    isAsked = true;
    return new Promise(() => undefined);
  };
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] });
  try {
    const ended = all(openJournal({ directory, seal: { ...seal, decrypt: silent } })).catch(String);
    while (!isAsked) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    jest.advanceTimersByTime(30_000);
    expect(await ended).toMatch(/JOURNAL_SEALED.*seal.decrypt did not answer within 30000 ms. Pass the seal/);
  } finally {
    jest.useRealTimers();
  }
});

test('a seal that never answers holds up neither the delivery when it comes again, nor the end of the journal', async () => {
  const directory = newFolder();
  let answers = false;
  const stuck: JournalSeal = {
    ...seal,
    encrypt: (bytes) => (answers ? seal.encrypt(bytes) : new Promise<never>(() => undefined)),
  };
  const journal = openJournal({ directory, seal: stuck });
  void journal.append(sensitive);
  await journal.stats();
  answers = true;
  await journal.append(sensitive);
  expect(await keys(journal)).toEqual([sensitive.key]);
  answers = false;
  void journal.append(entry());
  await journal.close();
  expect(await all(openJournal({ directory, seal }))).toMatchObject([sensitive]);
});
