import { callTogether } from '../../foundations/call-together';
import type { JournalEntry } from '../../foundations/contracts/journal';
import { readTexts } from '../../foundations/foreign-values';
import type { Seal } from '../../foundations/journal-seal';
import { isAnswer } from '../../foundations/postgres-answer';
import { toStored } from '../../foundations/stored-text';
import { type StoredContent, writeContent } from './content';
import { removeOldOf, type Searched } from './search';
import * as statements from './statements';

/** An entry as it is sent. */
export interface EntryToAppend {
  readonly entry: JournalEntry;
  readonly content: StoredContent;
}

/** What is sent in one statement, unless a single entry is longer. */
const mostBytes = 4 * 1024 * 1024;
/** What a row costs beside its content, about: a statement has at most a thousand. */
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
    // PostgreSQL refuses the statement for what is wrong with one.
    isTriedApart: isAnswer,
  });
}

/** Appends entries in one statement. Those whose key is kept, but past its time, take the place of the old ones. */
export async function appendAll(
  searched: Searched,
  keepDays: number,
  entries: readonly EntryToAppend[],
): Promise<void> {
  const { database, namespace } = searched;
  const byKey = new Map<string, EntryToAppend>();
  for (const one of entries) if (!byKey.has(one.entry.key)) byKey.set(one.entry.key, one);
  async function send(some: readonly EntryToAppend[]): Promise<string[]> {
    const [row] = await database.someRowsOf(statements.append, [namespace, ...written(some), keepDays]);
    return readTexts(row['expired'], 'postgresJournal.pool: expired');
  }
  const expired = await send([...byKey.values()]);
  if (expired.length === 0) return;
  for (const key of expired) await removeOldOf(searched, key, keepDays);
  await send(expired.flatMap((key) => byKey.get(key) ?? []));
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
