import type { JournalEntry } from '../../foundations/contracts/journal';
import { WebhookError } from '../../foundations/errors';
import { show } from '../../foundations/option-checks';

/** Encrypts what is sensitive in the files of a journal, with a key of yours. */
export interface JournalSeal {
  /** Encrypts bytes so that a change of them is noticed, as AES-256-GCM does. */
  encrypt(bytes: Buffer): Buffer | Promise<Buffer>;
  /** Throws or rejects if it cannot decrypt. */
  decrypt(bytes: Buffer): Buffer | Promise<Buffer>;
}

type Sensitive = Pick<JournalEntry, 'headers' | 'params' | 'rawBody'>;

/** A {@link JournalSeal} for entries. */
export interface Seal {
  /** What is sensitive in an entry, encrypted, in base64. */
  close(entry: JournalEntry): Promise<string>;
  /** @throws WebhookError `JOURNAL_SEALED` */
  open(sealed: string, key: string): Promise<Sensitive>;
}

/** The sealed bytes are JSON, its length before it, and the body behind it: base64 within would cost a third more. */
export function sealWith(seal: JournalSeal): Seal {
  return {
    async close({ key, headers, params, rawBody }) {
      const json = Buffer.from(JSON.stringify({ key, headers, params }), 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(json.length);
      return toBytes(await seal.encrypt(Buffer.concat([length, json, rawBody])), 'encrypt').toString('base64');
    },
    async open(sealed, key) {
      let bytes: Buffer;
      try {
        bytes = toBytes(await seal.decrypt(Buffer.from(sealed, 'base64')), 'decrypt');
        return unpack(bytes, key);
      } catch (cause) {
        throw unsealable(cause);
      }
    },
  };
}

/** For an entry that is sealed while no seal is given. */
export function unsealable(cause?: unknown): WebhookError {
  const why = cause === undefined ? 'this fileJournal has no seal' : 'seal.decrypt failed';
  const message = `An entry is sealed, and ${why}. Pass the seal that it was kept with; keep old keys for keepDays.`;
  return new WebhookError('JOURNAL_SEALED', message, { cause });
}

function unpack(bytes: Buffer, key: string): Sensitive {
  const end = 4 + bytes.readUInt32BE(0);
  const packed = JSON.parse(bytes.toString('utf8', 4, end)) as Omit<Sensitive, 'rawBody'> & { readonly key: string };
  // Sealed bytes that were moved to another entry.
  if (packed.key !== key) throw new Error('The sealed bytes are those of another entry.');
  return { headers: packed.headers, params: packed.params, rawBody: bytes.subarray(end) };
}

function toBytes(value: unknown, name: string): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError(`fileJournal.seal.${name}: expected a Buffer, got ${show(value)}.`);
}
