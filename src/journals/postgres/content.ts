import type { JournalEntry } from '../../foundations/contracts/journal';
import { isRecord } from '../../foundations/is-record';
import { type Seal, type Sensitive, unsealable } from '../../foundations/journal-seal';

/** What is large in an entry, or tells of people, as it is stored. */
export interface StoredContent {
  /** JSON of headers and params; `null` if they are sealed into the body. */
  readonly head: Buffer | null;
  readonly body: Buffer;
}

export async function writeContent(entry: JournalEntry, seal: Seal | undefined): Promise<StoredContent> {
  if (seal !== undefined) return { head: null, body: await seal.close(entry) };
  const { headers, params, rawBody } = entry;
  return { head: Buffer.from(JSON.stringify({ headers, params }), 'utf8'), body: rawBody };
}

/**
 * Resolves to `unreadable` for content that this journal did not write.
 *
 * @throws WebhookError `JOURNAL_SEALED`
 */
export async function readContent(
  { head, body }: StoredContent,
  key: string,
  seal: Seal | undefined,
): Promise<Sensitive | 'unreadable'> {
  if (head !== null) return readPlain(head, body);
  if (seal === undefined) throw unsealable(key);
  return await seal.open(body, key);
}

function readPlain(head: Buffer, rawBody: Buffer): Sensitive | 'unreadable' {
  try {
    const read: unknown = JSON.parse(head.toString('utf8'));
    const { headers, params } = isRecord(read) ? read : {};
    if (isTexts(headers) && isTexts(params)) return { headers, params, rawBody };
  } catch {
    // Not JSON.
  }
  return 'unreadable';
}

function isTexts(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}
