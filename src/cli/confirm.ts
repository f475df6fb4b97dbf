import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { misuse } from './failure';
import type { Io } from './io';

/** Whether a person can be asked. */
export function isAskable({ stdin, stderr }: Io): boolean {
  return stderr.isTerminal && 'isTTY' in stdin && stdin.isTTY === true;
}

/**
 * Asks before something is done for good, and resolves to whether it may be.
 *
 * @throws Failure where nobody can be asked
 */
export async function confirm(question: string, io: Io): Promise<boolean> {
  if (!isAskable(io)) throw misuse(`${question} Nobody can be asked here: pass --yes.`);
  io.stderr.write(`${question} [y/N] `);
  // Lines as the terminal gives them, so that Ctrl-C stays a signal.
  const lines = createInterface({ input: io.stdin, terminal: false, signal: io.interrupted });
  const answered = once(lines, 'line').then(([line]) => String(line));
  const closed = once(lines, 'close').then(() => '');
  const answer = await Promise.race([answered, closed]);
  lines.close();
  return /^y(?:es)?$/i.test(answer.trim());
}
