import { callTogether } from '../../foundations/call-together';
import type { JournalEntry } from '../../foundations/contracts/journal';
import { readTexts } from '../../foundations/foreign-values';
import type { Seal } from '../../foundations/journal-seal';
import { isOfOneItem } from '../../foundations/postgres-answer';
import { toStored } from '../../foundations/stored-text';
import { type StoredContent, writeContent } from './content';
import { removeOldOf, type Searched } from './search';
import * as statements from './statements';

/** An entry as it is sent. */
export interface EntryToAppend {
  readonly entry: JournalEntry;
  readonly content: StoredContent;
}

/** Bytes that one statement sends, unless a single entry is longer. */
const mostBytes = 4 * 1024 * 1024;
/** Bytes that a row counts beside its content, so that a statement has about a thousand rows at most. */
const bytesOfRow = 4096;

export async function toAppend(entry: JournalEntry, seal: Seal | undefined): Promise<EntryToAppend> {
  return { entry, content: await writeContent(entry, seal) };
}

/** Appends entries; those that come at the same time in one statement. */
export function appending(searched: Searched, keepDays: number): (entry: EntryToAppend) => Promise<void> {
  return callTogether<EntryToAppend, undefined>({
    async call(entries) {
      await appendAll(searched, keepDays, entries);
      return entries.map(() => undefined);
    },
    sizes: { of: ({ content }) => bytesOfRow + sizeOf(content), most: mostBytes },
    // One bad entry makes PostgreSQL refuse the whole statement.
    isTriedApart: isOfOneItem,
  });
}

/**
 * Appends entries in one statement. Those whose key is there, but past its time, take the place of the old ones: a second
 * statement, which is needed only where a key is not new, says which are kept.
 */
export async function appendAll(
  searched: Searched,
  keepDays: number,
  entries: readonly EntryToAppend[],
): Promise<void> {
  const { database, namespace } = searched;
  const missing = new Map<string, EntryToAppend>();
  for (const one of entries) if (!missing.has(one.entry.key)) missing.set(one.entry.key, one);
  async function leaveOut(name: 'added' | 'kept', text: string, values: unknown[]): Promise<void> {
    const [row] = await database.someRowsOf(text, [namespace, ...values]);
    for (const key of readTexts(row[name], `postgresJournal.pool: ${name}`)) missing.delete(key);
  }
  const add = (): Promise<void> => leaveOut('added', statements.append, written([...missing.values()]));
  await add();
  if (missing.size === 0) return;
  await leaveOut('kept', statements.kept, [JSON.stringify([...missing.keys()]), keepDays]);
  if (missing.size === 0) return;
  // Old, or removed meanwhile by another process.
  for (const key of missing.keys()) await removeOldOf(searched, key, keepDays);
  await add();
}

/** The entries as JSON, and their contents, one after the other. */
function written(entries: readonly EntryToAppend[]): [string, Buffer] {
  const contents: Buffer[] = [];
  // PostgreSQL counts from 1.
  let start = 1;
  const rows = entries.map(({ entry, content: { head, body } }) => {
    const { key, receivedAt, event, tenant, scheme } = entry;
    const row = {
      key,
      received: receivedAt,
      event: event === undefined ? null : toStored(event),
      tenant: tenant === undefined ? null : toStored(tenant),
      scheme: toStored(scheme),
      start,
      head: head === null ? null : head.length,
      body: body.length,
    };
    if (head !== null) contents.push(head);
    contents.push(body);
    start += (head?.length ?? 0) + body.length;
    return row;
  });
  return [JSON.stringify(rows), Buffer.concat(contents)];
}

function sizeOf({ head, body }: StoredContent): number {
  return (head?.length ?? 0) + body.length;
}
