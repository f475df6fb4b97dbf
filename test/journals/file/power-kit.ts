import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { examplePayload, signDelivery } from '../../../src/testing';
import type { Order } from './apps/receive';
import { all, newFolder, openJournal } from './kit';
import type { Program } from './program';

/** What tells one delivery from another. */
export const idOf = (body: string): string => (JSON.parse(body) as { data: { note_id: string } }).data.note_id;

const secret = 'a secret of the test';

/** A disk that keeps what was synced, and the receivers that write to it, one after the other. */
export function makeDisk(program: Program) {
  const root = dirname(newFolder());
  const directory = join(root, 'data', 'journal');
  let count = 0;
  /** The bodies that were answered with 2xx. */
  const acknowledged = new Set<string>();

  return {
    acknowledged,
    /** Every fifth is large, so that files come to have an index. */
    newDelivery() {
      const content = 'x'.repeat(count % 5 === 4 ? 60_000 : 10);
      return signDelivery({
        payload: examplePayload('notes_created', { data: { note_id: `${count++}`, content } }),
        secret,
      });
    },
    async start() {
      const running = program.start([root, secret]);
      const port = (await running.said('port')).slice(5);
      return {
        lines: running.lines,
        async tell(order: Order): Promise<void> {
          const since = running.lines.length;
          running.child.send(order);
          while (!running.lines.slice(since).includes(`did ${JSON.stringify(order)}`)) await pause(5);
        },
        /** Sends a delivery. Returns its status; `undefined` where none came. */
        async send({ body, headers }: ReturnType<typeof signDelivery>): Promise<number | undefined> {
          const sent = fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers });
          const answer = await sent.catch(() => undefined);
          if (answer?.ok) acknowledged.add(body);
          return answer?.status;
        },
        async losePower(): Promise<void> {
          const ended = once(running.child, 'close');
          running.child.send('lose power' satisfies Order);
          await ended;
        },
      };
    },
    /** The bodies that a journal finds there, each of a delivery that was sent. */
    async found(): Promise<string[]> {
      const journal = openJournal({ directory });
      const records = await all(journal);
      await journal.close();
      return records.map(({ rawBody }) => rawBody.toString());
    },
    /** All that is in the files of the journal. */
    text: () => {
      const files = readdirSync(directory).filter((name) => !name.startsWith('lock.'));
      return files.map((name) => readFileSync(join(directory, name), 'latin1')).join();
    },
  };
}
