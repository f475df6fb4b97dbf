import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { differences, wordsOfExpected, wordsOfSeen } from './judge';
import { expectedOf, type Scenario, type Seen } from './scenario';

export interface Result {
  readonly scenario: Scenario;
  readonly seen?: Seen;
  /** Why it was not run. */
  readonly unseen?: string;
  readonly differences: readonly string[];
}

export async function resultOf(scenario: Scenario, run: () => Promise<Seen>): Promise<Result> {
  const missing = scenario.fault.needs?.();
  if (missing !== undefined) return { scenario, unseen: `not run: needs ${missing}`, differences: [] };
  try {
    const seen = await run();
    return { scenario, seen, differences: differences(expectedOf(scenario), seen) };
  } catch (error) {
    const [unseen = ''] = String(error).split('\n');
    console.error(error);
    return { scenario, unseen, differences: ['it could not be run'] };
  }
}

export const nameOf = ({ fault, setup }: Scenario): string => `${fault.name} (${setup})`;

/** One line for the one who waits. */
export function lineOf({ scenario, seen, unseen, differences: found }: Result): string {
  const load = `load ${loadavg()[0]?.toFixed(1)}`;
  const verdict = found.length === 0 ? (seen === undefined ? '--  ' : 'ok  ') : 'DIFF';
  if (seen === undefined) return `${verdict} ${nameOf(scenario)}: ${unseen}`;
  const why =
    found.length === 0 ? '' : `\n       ${found.join('; ')}\n       expected ${wordsOfExpected(expectedOf(scenario))}`;
  const fallen = seen.fallen.map((words) => `\n       fell: ${words}`).join('');
  const said = seen.said === undefined ? '' : `\n       log: ${seen.said.slice(0, 400)}`;
  return `${verdict} ${nameOf(scenario)}, ${load}: ${wordsOfSeen(seen)}${why}${fallen}${said}`;
}

/** What a run ends with. A whole one must leave nothing out, or a promise is held by nobody. */
export function endOf(results: readonly Result[], isWhole: boolean): { readonly words: string; readonly code: number } {
  const different = results.filter(({ differences: found }) => found.length > 0);
  const leftOut = results.filter(({ seen, differences: found }) => seen === undefined && found.length === 0);
  const names = leftOut.map(({ scenario, unseen }) => `\n  ${nameOf(scenario)}: ${unseen}`).join('');
  const remedy = isWhole ? '\nA whole run leaves nothing out: install what is missing, or choose with --only.' : '';
  return {
    words: `${different.length} differences, ${leftOut.length} not run${names}${names === '' ? '' : remedy}`,
    code: different.length > 0 || (isWhole && leftOut.length > 0) ? 1 : 0,
  };
}

const head = (): string => `# Faults

What was tried, what is promised, and what was seen. \`npm run chaos\` writes this page: it starts servers of its own, two processes
that answer and two workers, as these pages show them, and a sender that repeats what is not answered 2xx. It ends with 1 if a
promise was not kept, or if a row could not be tried.

- *Lost*: answered 2xx, and not handled 15 s after the time for *all*. *Twice*: a handler ran although its success had been recorded before.
- *2xx*: how long until every process answers 2xx. *Handled*: until a delivery that came since is handled. *All*: the longest until
  a delivery is handled. All three count from the end of the fault, or from its beginning where nothing ends it.
- *Missing* from the journal: answered 2xx and not in it. *Damaged*: in it with other bytes than those that were sent, or more than
  once. *Without an end*: answered 2xx, and the journal does not know how it ended.
- The requests that were answered 2xx while the fault lasted are *served during it*. MB are the most that a
  process took over what it had before: during the fault, and in all, with the deliveries that were kept waiting and come afterwards.

Seen on ${cpus().length} cores, some at a time, with Node ${process.version}. The times are those of a machine that has other work.

| fault | store, queue or journal | promised | seen | kept | on |
| --- | --- | --- | --- | --- | --- |
`;

/** Writes the rows of a run into the page. Rows of scenarios that were not run stay as they are. */
export function writePage(file: string, catalogue: readonly Scenario[], results: readonly Result[]): void {
  const rows = new Map<string, string>();
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
    const [words, setup] = line.replace(/^\| /, '').split(' | ');
    rows.set(`${words}|${setup}`, line);
  }
  for (const result of results) rows.set(idOf(result.scenario), rowOf(result));
  const lines = catalogue.flatMap((scenario) => rows.get(idOf(scenario)) ?? []);
  writeFileSync(file, `${head()}${lines.join('\n')}\n`);
}

const idOf = ({ fault, setup }: Scenario): string => `${fault.words}|${setup}`;

function rowOf({ scenario, seen, unseen, differences: found }: Result): string {
  const verdict = found.length === 0 ? 'yes' : `**no**: ${found.join('; ')}`;
  const cells = [
    scenario.fault.words,
    scenario.setup,
    wordsOfExpected(expectedOf(scenario)),
    seen === undefined ? unseen : wordsOfSeen(seen),
    seen === undefined && found.length === 0 ? '' : verdict,
    new Date().toISOString().slice(0, 10),
  ];
  return `| ${cells.join(' | ')} |`;
}
