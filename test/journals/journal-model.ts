import type { JournalEnd, JournalEntry, JournalForget, JournalQuery } from '../../src/foundations/contracts/journal';

/** Days that an entry is kept after its own. */
export const keepDays = 2;

interface Kept {
  readonly entry: JournalEntry;
  readonly day: number;
  end: JournalEnd | undefined;
}

/** What the journal is compared with: its entries in the order in which they were kept, as plainly as can be. */
export class JournalModel {
  kept: Kept[] = [];
  day = 0;
  readonly marks = new Map<string, string>();

  append(entry: JournalEntry): void {
    this.passDays(0);
    if (this.#of(entry.key) === undefined) this.kept.push({ entry, day: this.day, end: undefined });
  }
  ended(key: string, end: JournalEnd): void {
    const kept = this.#of(key);
    if (kept === undefined) return;
    const newest = kept.end === undefined || end.endedAt >= kept.end.endedAt ? end : kept.end;
    kept.end = { ...newest, succeeded: [...new Set([...(kept.end?.succeeded ?? []), ...end.succeeded])].sort() };
  }
  forget(which: JournalForget): number {
    const left = this.kept.filter(({ entry: { key, tenant, receivedAt } }) => {
      if ('key' in which) return key !== which.key;
      return 'tenant' in which ? tenant !== which.tenant : receivedAt >= which.before;
    });
    const count = this.kept.length - left.length;
    this.kept = left;
    return count;
  }
  passDays(days: number): void {
    this.day += days;
    this.kept = this.kept.filter(({ day }) => day >= this.day - keepDays);
  }
  /** Behind the entry with the key `after`, if one is given. */
  find({ from, to, key, events, tenant, outcomes, order }: JournalQuery, after: string | undefined): readonly Kept[] {
    const inOrder = order === 'oldest first' ? this.kept : this.kept.toReversed();
    const start = after === undefined ? 0 : 1 + inOrder.findIndex(({ entry }) => entry.key === after);
    return inOrder
      .slice(start)
      .filter(
        ({ entry, end }) =>
          (from === undefined || entry.receivedAt >= from) &&
          (to === undefined || entry.receivedAt < to) &&
          (key === undefined || entry.key === key) &&
          (events === undefined || (entry.event !== undefined && events.includes(entry.event))) &&
          (tenant === undefined || entry.tenant === tenant) &&
          (outcomes === undefined || (end !== undefined && outcomes.includes(end.outcome))),
      );
  }
  #of(key: string): Kept | undefined {
    return this.kept.find(({ entry }) => entry.key === key);
  }
}
