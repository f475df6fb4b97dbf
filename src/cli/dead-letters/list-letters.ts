import { unlessInterrupted } from '../app/answer';
import { withApp } from '../app/open-app';
import type { Io } from '../io';
import { tableOn } from '../table';
import { visibleText } from '../visible-text';
import { letterJson } from './letter-json';
import { pagesOf } from './pages';

export interface ListOptions {
  readonly app: string;
  readonly limit?: number;
  readonly json?: true;
}

/** `dead-letters list`: a table, or a line of JSON for each. */
export async function listLetters({ app, limit, json }: ListOptions, io: Io): Promise<void> {
  await withApp(app, io, async ({ deadLetters }) => {
    const table = tableOn(io.stdout, ['ID', 'EVENT', 'FAILED AT', 'ATTEMPTS', 'REASON'], 'ID');
    let count = 0;
    for await (const page of pagesOf(deadLetters, limit ?? Number.POSITIVE_INFINITY, io)) {
      count += page.length;
      if (json) io.stdout.write(page.map((letter) => letterJson(letter)).join(''));
      else {
        table.rows(
          page.map(({ id, event = '-', failedAt, attempts, reason }) =>
            [id, event, failedAt.toISOString(), String(attempts), reason].map(visibleText),
          ),
        );
      }
      await unlessInterrupted(io.stdout.drained(), io.interrupted);
    }
    if (count === 0) io.stderr.write('There are no dead letters.\n');
  });
}
