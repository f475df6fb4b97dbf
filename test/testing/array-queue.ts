import type { DeliveryQueue } from '../../src';
import { ArrayQueue, type ArrayQueueOptions } from '../queueing/array-queue';

/** The queue in an array as an object of its own methods, so that another can be made of it that breaks a promise. */
export function arrayQueue(options: ArrayQueueOptions = {}): DeliveryQueue {
  const queue = new ArrayQueue({ backoffMs: 10, ...options });
  return {
    open: (settings) => queue.open(settings),
    enqueue: (job) => queue.enqueue(job),
    work: (run, given) => queue.work(run, given),
    deadJobs: queue.deadJobs,
    ping: () => queue.ping(),
    stats: () => queue.stats(),
  };
}
