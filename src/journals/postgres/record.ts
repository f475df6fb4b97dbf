import type { JournalEnd, JournalRecord } from '../../foundations/contracts/journal';
import { type Row, readText, readTexts, readWholeNumber } from '../../foundations/foreign-values';
import type { Seal } from '../../foundations/journal-seal';
import { isOutcome } from '../../foundations/outcomes';
import { fromStored } from '../../foundations/stored-text';
import { readContent } from './content';

/**
 * Reads a row of an entry: `gone` if its day was dropped meanwhile, `unreadable` if this journal did not write it. Throws
 * if the client's values cannot be read, since every row would look so.
 *
 * @throws WebhookError `JOURNAL_SEALED`
 */
export async function readRecord(row: Row, seal: Seal | undefined): Promise<JournalRecord | 'gone' | 'unreadable'> {
  if (row['body'] === null) return 'gone';
  const key = textIn(row, 'key');
  const head = row['head'] === null ? null : bytesIn(row, 'head');
  const content = await readContent({ head, body: bytesIn(row, 'body') }, key, seal);
  if (content === 'unreadable') return content;
  return {
    position: textIn(row, 'position'),
    key,
    event: optionalIn(row, 'event'),
    tenant: optionalIn(row, 'tenant'),
    scheme: fromStored(textIn(row, 'scheme')),
    receivedAt: readWholeNumber(row['received'], 'postgresJournal.pool: received'),
    ...content,
    end: endIn(row),
  };
}

function endIn(row: Row): JournalEnd | undefined {
  if (row['outcome'] === null) return undefined;
  const outcome = textIn(row, 'outcome');
  // One of a later version.
  if (!isOutcome(outcome)) return undefined;
  const succeeded = readTexts(row['succeeded'], 'postgresJournal.pool: succeeded').map(fromStored);
  return { outcome, succeeded, endedAt: readWholeNumber(row['ended'], 'postgresJournal.pool: ended') };
}

function bytesIn(row: Row, name: string): Buffer {
  return Buffer.from(textIn(row, name), 'base64');
}

function optionalIn(row: Row, name: string): string | undefined {
  return row[name] === null ? undefined : fromStored(textIn(row, name));
}

function textIn(row: Row, name: string): string {
  return readText(row[name], `postgresJournal.pool: ${name}`);
}
