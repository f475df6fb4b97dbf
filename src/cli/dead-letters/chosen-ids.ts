import { exitCodes, misuse } from '../failure';
import type { Io } from '../io';
import { jsonLine } from '../json-line';
import { visibleText } from '../visible-text';

export interface ChosenOptions {
  readonly app: string;
  readonly all?: true;
  readonly json?: true;
}

/**
 * The ids of a command line, each once; `'all'` with `--all`.
 *
 * @throws Failure
 */
export function chosenIds(ids: readonly string[], { all }: ChosenOptions): readonly string[] | 'all' {
  if (all && ids.length > 0) throw misuse('--all means every dead letter: do not name any as well.');
  if (all) return 'all';
  if (ids.length === 0) throw misuse('Name the ids of dead letters, as list shows them, or pass --all.');
  if (ids.includes('all')) throw misuse('To choose every dead letter, pass --all.');
  return [...new Set(ids)];
}

/** What is done to the letters of a command line. */
export interface Doing {
  /** The past participle, and the name of the number in JSON. */
  readonly what: 'redriven' | 'discarded';
  readonly json: true | undefined;
}

/** Asks the queue for a letter, and notes whether there was one. */
export type Ask = (id: string, answer: () => Promise<boolean>) => Promise<void>;

/** Does it and prints what was done, also where an error or Ctrl-C comes in its middle. An unknown id makes the command fail. */
export async function sumUp({ what, json }: Doing, io: Io, act: (ask: Ask) => Promise<void>): Promise<void> {
  // `undefined` as long as the queue has not answered.
  const asked = new Map<string, boolean | undefined>();
  const ask: Ask = async (id, answer) => {
    asked.set(id, undefined);
    asked.set(id, await answer());
  };
  const tell = (): void => {
    const missing = [...asked].flatMap(([id, isThere]) => (isThere === false ? [id] : []));
    const unanswered = [...asked.values()].filter((isThere) => isThere === undefined).length;
    if (unanswered > 0) io.stderr.write(`${unanswered} more may be ${what}: the queue did not say.\n`);
    tellDone({ what, json }, asked.size - missing.length - unanswered, missing, io);
  };
  try {
    await act(ask);
  } catch (error) {
    if (asked.size > 0 || io.interrupted.aborted) tell();
    throw error;
  }
  tell();
}

/** Prints how many letters it was done to, and the ids that no letter has. */
export function tellDone({ what, json }: Doing, count: number, missing: readonly string[], io: Io): void {
  if (missing.length > 0) io.setExitCode(exitCodes.refused);
  if (json) {
    io.stdout.write(jsonLine({ [what]: count, missing }));
    return;
  }
  for (const id of missing) io.stderr.write(`There is no dead letter with the id ${visibleText(id)}.\n`);
  io.stdout.write(`${count} ${what}.\n`);
}
