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

/** What was done to the letters of a command line. */
export interface Done {
  /** The past participle, and the name of the number in JSON. */
  readonly what: 'redriven' | 'discarded';
  readonly count: number;
  /** Ids that no dead letter has. */
  readonly missing: readonly string[];
}

/** Prints what was done. An unknown id makes the command fail. */
export function sumUp({ what, count, missing }: Done, json: true | undefined, io: Io): void {
  if (missing.length > 0) io.setExitCode(exitCodes.refused);
  if (json) {
    io.stdout.write(jsonLine({ [what]: count, missing }));
    return;
  }
  for (const id of missing) io.stderr.write(`There is no dead letter with the id ${visibleText(id)}.\n`);
  io.stdout.write(`${count} ${what}.\n`);
}
