import type { FoundDelivery } from '../../index';
import { answerOf, unlessInterrupted } from '../app/answer';
import type { Io } from '../io';
import { jsonLine } from '../json-line';
import { tableOn } from '../table';
import { visibleText } from '../visible-text';
import { type FilterOptions, filterOf } from './filter-options';
import { theJournal, withJournal } from './with-journal';

export interface FindOptions extends FilterOptions {
  readonly app: string;
  readonly limit?: number;
  readonly newest?: true;
  readonly body?: true;
  readonly json?: true;
}

const pageSize = 100;
/** A search for something rare may read everything before it finds one. */
const patienceMs = 3_600_000;

/** `journal find`: a table, or a line of JSON for each. It holds a page at a time. */
export async function findDeliveries(options: FindOptions, io: Io): Promise<void> {
  const { app, newest, body, json, limit = Number.POSITIVE_INFINITY } = options;
  const filter = filterOf(options);
  await withJournal(app, io, async (journal) => {
    const table = tableOn(io.stdout, ['RECEIVED AT', 'EVENT', 'OUTCOME', 'TENANT', 'KEY', 'SUCCEEDED'], 'KEY');
    const order = newest ? 'newest first' : 'oldest first';
    const found = journal.find({ ...filter, order })[Symbol.asyncIterator]();
    let page: FoundDelivery[] = [];
    let count = 0;
    const flush = (): void => {
      if (page.length > 0) table.rows(page.map(rowOf));
      page = [];
    };
    try {
      while (count < limit) {
        const next = await answerOf(found.next(), theJournal, io, patienceMs);
        if (next.done) break;
        count += 1;
        if (json) io.stdout.write(jsonOf(next.value, body));
        else page.push(next.value);
        if (page.length === pageSize) flush();
        await unlessInterrupted(io.stdout.drained(), io.interrupted);
      }
    } finally {
      // Also what was found before Ctrl-C.
      flush();
    }
    await found.return?.();
    if (count === 0) io.stderr.write('The journal has no such delivery.\n');
  });
}

function rowOf({ receivedAt, event = '-', outcome, tenant = '-', key, succeeded }: FoundDelivery): string[] {
  return [receivedAt.toISOString(), event, outcome ?? '-', tenant, key, succeeded.join(',')].map(visibleText);
}

function jsonOf(found: FoundDelivery, body: true | undefined): string {
  const { key, event, tenant, scheme, receivedAt, headers, params, rawBody, outcome, succeeded, endedAt } = found;
  const known = { key, event, tenant, scheme, receivedAt, outcome, succeeded, endedAt, headers, params };
  return jsonLine({ ...known, bytes: rawBody.length, ...(body && { body: rawBody.toString('base64') }) });
}
