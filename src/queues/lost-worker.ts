import type { Logger } from '../foundations/contracts/logger';
import { logSafely } from '../foundations/tell';

/**
 * A job is dead after it lost this many workers. A deploy may kill a worker now and then, but a payload that kills
 * every worker must end.
 */
export const mostLostWorkers = 100;

/** Logs the key of a job that is given to another worker. */
export function tellLost(logger: () => Logger | undefined): (key: string) => void {
  return (key) => logSafely(logger(), 'warn', { key }, 'A worker was lost: its delivery is handled by another.');
}
