// What the ledger of a delivery holds beside the names of handlers.

/** In the ledger of a finished delivery: the journal names every handler that it is done by. */
export const endIsKnown = '(its end is known)';

const forced = '(forced by ';

/** That a job of a forced replay has run a handler, so that no further attempt of the job does. */
export function ranBy(jobKey: string, handler: string): string {
  return `${forced}${jobKey}) ${handler}`;
}

/** Whether a name is such a note. No handler may have it. */
export function isNote(name: string): boolean {
  return name === endIsKnown || name.startsWith(forced);
}

/** The names of handlers among what a ledger holds. */
export function handlersIn(ledger: readonly string[]): string[] {
  return ledger.filter((name) => !isNote(name));
}
