import type { JournalEnd, JournalRecord, JournalSeal } from '../../foundations/contracts/journal';
import { readText, readTexts, readWholeNumber } from '../../foundations/foreign-values';
import { type Outcome, outcomes } from '../../foundations/outcomes';
import { readContent } from './content';
import type { Row } from './database';
import { fromStored } from './stored-text';

/**
 * Reads a row of an entry: `gone` if its day was dropped meanwhile, `unreadable` if it is sealed with another key or was
 * not written by this journal. Throws if the client's values cannot be read: every row would look so.
 */
export async function readRecord(
  row: Row,
  seal: JournalSeal | undefined,
): Promise<JournalRecord | 'gone' | 'unreadable'> {
  if (row['body'] === null) return 'gone';
  const body = bytesIn(row, 'body');
  const head = row['head'] === null ? null : bytesIn(row, 'head');
  const known = {
    position: textIn(row, 'position'),
    key: textIn(row, 'key'),
    receivedAt: readWholeNumber(row['received'], 'postgresJournal.pool: received'),
    event: optionalIn(row, 'event'),
    tenant: optionalIn(row, 'tenant'),
    end: endIn(row),
  };
  try {
    return { ...known, ...(await readContent({ head, body }, seal)) };
  } catch {
    return 'unreadable';
  }
}

function endIn(row: Row): JournalEnd | undefined {
  if (row['outcome'] === null) return undefined;
  const outcome = textIn(row, 'outcome');
  // One of a later version.
  if (!isOutcome(outcome)) return undefined;
  const succeeded = readTexts(row['succeeded'], 'postgresJournal.pool: succeeded').map(fromStored);
  return { outcome, succeeded, endedAt: readWholeNumber(row['ended'], 'postgresJournal.pool: ended') };
}

function isOutcome(text: string): text is Outcome {
  return Object.hasOwn(outcomes, text);
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
