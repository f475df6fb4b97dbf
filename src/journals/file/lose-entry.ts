import type { Logger } from '../../foundations/contracts/logger';
import { logSafely } from '../../foundations/tell';
import type { Located } from './segments';

/** For an entry whose line turns out to be damaged: its key may be kept again. The log is told once for each file. */
export function loseEntry(logger: Logger, { segment, number }: Located): void {
  const isTold = segment.hasLost;
  segment.lose(number);
  if (!isTold) logSafely(logger, 'warn', { file: segment.name }, 'A file of the journal has lines that cannot be read');
}
