import type { Logger } from '../foundations/contracts/logger';
import { logSafely } from '../foundations/tell';

/** Logs the key of a job that is given to another worker. */
export function tellLost(logger: () => Logger | undefined): (key: string) => void {
  return (key) => logSafely(logger(), 'warn', { key }, 'A worker was lost: its delivery is handled by another.');
}
