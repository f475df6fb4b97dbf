import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileJournal, type JournalSeal } from '../../../src/journals/file';
import { journalContract } from '../../../src/testing';
import { newFolder } from './kit';

const key = randomBytes(32);
const seal: JournalSeal = {
  encrypt(bytes) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  },
  async decrypt(bytes) {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  },
};

describe.each([
  ['a fileJournal', undefined],
  ['a sealed fileJournal', seal],
])('%s keeps the contract:', (_, seal) => {
  const folders = new Map<string, string>();
  const cases = journalContract({
    journal(namespace) {
      const directory = folders.get(namespace) ?? newFolder();
      folders.set(namespace, directory);
      return fileJournal({ directory, seal });
    },
    close: (namespace) => rmSync(dirname(folders.get(namespace) as string), { recursive: true }),
  });
  for (const { name, run } of cases) test(name, run);
});
