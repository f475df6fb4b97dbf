import { callTogether } from '../../foundations/call-together';
import type { JournalEnd } from '../../foundations/contracts/journal';
import { joinEnds } from '../../foundations/join-ends';
import { isOfOneItem } from '../../foundations/postgres-answer';
import { toStored } from '../../foundations/stored-text';
import type { Database } from './database';
import * as statements from './statements';

/** How a delivery ended, and its key. */
export interface EndToTell {
  readonly key: string;
  readonly end: JournalEnd;
}

/**
 * How long ends are collected for one statement, in milliseconds: nobody waits for them, and a busy receiver has many.
 */
const restMs = 25;

/** Adds ends; those that come soon after one another in one statement. */
export function ending(database: Database, namespace: string): (end: EndToTell) => Promise<void> {
  return callTogether<EndToTell, undefined>({
    async call(ends) {
      const byKey = new Map<string, JournalEnd>();
      for (const { key, end } of ends) {
        const before = byKey.get(key);
        byKey.set(key, before === undefined ? end : joinEnds(before, end));
      }
      const rows = [...byKey].map(([key, { outcome, endedAt, succeeded }]) => {
        return { key, outcome, at: endedAt, names: succeeded.map(toStored).join('\n') };
      });
      await database.run(statements.ended, [namespace, JSON.stringify(rows)]);
      return ends.map(() => undefined);
    },
    restMs,
    isTriedApart: isOfOneItem,
  });
}
