import type { JournalForget, JournalRecord } from '../../foundations/contracts/journal';

/** A delivery, as far as `forget` looks at it, and where it lies. */
export type Removable = Pick<JournalRecord, 'position' | 'key' | 'tenant' | 'receivedAt'>;

/** What was removed from the journal while something runs that may have read it before. */
export class Removals {
  readonly #all: JournalForget[] = [];

  add(which: JournalForget): void {
    this.#all.push(which);
  }

  include(record: Removable): boolean {
    return this.#all.some((which) => isMeant(record, which));
  }
}

function isMeant({ key, tenant, receivedAt }: Removable, which: JournalForget): boolean {
  if ('key' in which) return key === which.key;
  return 'tenant' in which ? tenant === which.tenant : receivedAt < which.before;
}
