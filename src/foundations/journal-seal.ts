import { bytesOf } from './bytes-of';
import type { JournalEntry, JournalSeal } from './contracts/journal';
import { describeError } from './describe-error';
import { WebhookError } from './errors';
import { readJson } from './foreign-values';
import { isRecord } from './is-record';
import { isThenable } from './maybe-promise';
import { badOption, callIt, knownOptions, requireFunction, show } from './option-checks';
import { withinMs } from './timeouts';

/** The fields of an entry that are sealed. */
export type Sensitive = Pick<JournalEntry, 'headers' | 'params' | 'rawBody'>;

/** A {@link JournalSeal} for entries. */
export interface Seal {
  /** Encrypts these fields of an entry. */
  close(entry: JournalEntry): Promise<Buffer>;
  /** @throws WebhookError `JOURNAL_SEALED` */
  open(sealed: Buffer, key: string): Promise<Sensitive>;
}

/** How long `decrypt` may take, in milliseconds: a search that waits for ever says nothing. */
const decryptMs = 30_000;

const known = { encrypt: true, decrypt: true } satisfies Record<keyof JournalSeal, true>;

/** Checks the option `seal` of the journal that `who` names. */
export function parseSeal(who: string, seal: JournalSeal): Seal {
  const path = `${who}.seal`;
  if (typeof seal === 'function') throw badOption(path, 'an object', seal, callIt(seal, 'seal: makeSeal(key)'));
  if (typeof seal !== 'object' || seal === null) throw badOption(path, 'an object', seal);
  const given = seal as Readonly<Partial<Record<keyof JournalSeal, unknown>>>;
  // One that has both may have more, such as an object of a class.
  if (given.encrypt === undefined || given.decrypt === undefined) knownOptions(seal, path, known);
  requireFunction(`${path}.encrypt`, given.encrypt);
  requireFunction(`${path}.decrypt`, given.decrypt);
  return sealWith(path, seal);
}

/** The sealed bytes are JSON, its length before it, and the body behind it: base64 within would cost a third more. */
function sealWith(path: string, seal: JournalSeal): Seal {
  return {
    async close({ key, headers, params, rawBody }) {
      const json = Buffer.from(JSON.stringify({ key, headers, params }), 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(json.length);
      const packed = Buffer.concat([length, json, rawBody]);
      let sealed: unknown;
      try {
        sealed = seal.encrypt(packed);
        if (isThenable(sealed)) sealed = await sealed;
      } catch (cause) {
        // Among all that may keep a journal from writing, the log says that it was this.
        throw new Error(`${path}.encrypt failed: ${describeError(cause).message}`, { cause });
      }
      return copyOf(sealed, `${path}.encrypt`);
    },
    async open(sealed, key) {
      try {
        const decrypted: unknown = seal.decrypt(sealed);
        const packed = isThenable(decrypted) ? await withinMs(decrypted, decryptMs, `${path}.decrypt`) : decrypted;
        return unpack(copyOf(packed, `${path}.decrypt`), key);
      } catch (cause) {
        throw unsealable(key, `seal.decrypt failed: ${describeError(cause).message}`, cause);
      }
    },
  };
}

/** For an entry that cannot be read, and why. */
export function unsealable(key: string, why = 'this journal has no seal', cause?: unknown): WebhookError {
  const remedy = 'Pass the seal that it was kept with; keep old keys for keepDays. If it is lost, forget() this entry.';
  return new WebhookError('JOURNAL_SEALED', `The entry of key ${key} is sealed, and ${why}. ${remedy}`, { cause });
}

/** Its reasons never quote the bytes, as errors of `JSON.parse` do. */
function unpack(bytes: Buffer, key: string): Sensitive {
  const end = bytes.length < 4 ? 0 : 4 + bytes.readUInt32BE(0);
  const packed = readJson(bytes.toString('utf8', 4, end));
  if (!isRecord(packed)) throw new Error('It gave back other bytes than encrypt was given');
  // Sealed bytes that were moved to another entry.
  if (packed['key'] !== key) throw new Error('The sealed bytes are those of another entry');
  const { headers, params } = packed as unknown as Omit<Sensitive, 'rawBody'>;
  return { headers, params, rawBody: bytes.subarray(end) };
}

/** Copied before anything else runs: the next call of a seal may write into the same buffer. */
function copyOf(value: unknown, path: string): Buffer {
  const bytes = typeof value === 'string' ? undefined : bytesOf(value);
  if (bytes === undefined) throw new TypeError(`${path}: expected a Buffer, got ${show(value)}`);
  // What is sealed is never empty.
  if (bytes.length === 0) throw new TypeError(`${path}: expected a Buffer with bytes, got an empty one`);
  return Buffer.from(bytes);
}
