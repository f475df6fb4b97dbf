import { WebhookError } from '../../foundations/errors';
import { badOption } from '../../foundations/option-checks';
import type { BullmqModule, Engine } from './engine';

/** BullMQ's classes, from the given module or the installed one. */
export function loadBullmq(given: unknown): Engine {
  const found = (given ??
    loadDriver('bullmq', 'bullmq: the module, as in import * as bullmq')) as Partial<BullmqModule>;
  if (typeof found !== 'object' || typeof found.Queue !== 'function' || typeof found.Worker !== 'function') {
    throw badOption('bullmqQueue.bullmq', 'the module bullmq, with Queue and Worker', given);
  }
  // The whole module of a BullMQ before 5.77, which can neither give jobs back nor redrive them.
  if ('QueueEvents' in found && !('createIORedisClient' in found)) {
    throw new WebhookError('BAD_OPTION', 'bullmqQueue: BullMQ 5.77 or later is needed. Run npm install bullmq@latest.');
  }
  return found as Engine;
}

/** The class of ioredis' clients, to make one from options. */
export function loadIoredis(): new (...settings: unknown[]) => unknown {
  const found = loadDriver('ioredis', 'connection: a client of ioredis') as { readonly Redis?: unknown };
  // The module of ioredis 4 is the class.
  const Redis = found.Redis ?? found;
  if (typeof Redis === 'function') return Redis as new (...settings: unknown[]) => unknown;
  throw new WebhookError('BAD_OPTION', 'bullmqQueue: ioredis 4.31 or later is needed. Run npm install ioredis@latest.');
}

/**
 * Loads an optional peer only when it is needed, so that others need not install it. Not a plain `require`: bundlers
 * would follow it and fail if the peer is not installed.
 */
function loadDriver(name: string, option: string): unknown {
  try {
    return module.require(name) as unknown;
  } catch (cause) {
    const remedy = `Install it (npm install ${name}) or, where the application is bundled, pass ${option}.`;
    throw new WebhookError('BAD_OPTION', `bullmqQueue: ${name} could not be loaded. ${remedy}`, { cause });
  }
}
