import { WebhookError } from '../../foundations/errors';
import { badOption } from '../../foundations/option-checks';
import type { BullmqModule, Engine } from './engine';

/** BullMQ's classes: of the module that was passed, else of the one that is installed. */
export function engineOf(given: unknown): Engine {
  const found = (given ??
    loadDriver('bullmq', 'bullmq: the module, as in import * as bullmq')) as Partial<BullmqModule>;
  if (typeof found !== 'object' || typeof found.Queue !== 'function' || typeof found.Worker !== 'function') {
    throw badOption('bullmqQueue.bullmq', 'the module bullmq, with Queue and Worker', given);
  }
  return found as Engine;
}

/** The class of ioredis' clients, for whom passed the options of one. */
export function redisClass(): new (...settings: unknown[]) => unknown {
  const found = loadDriver('ioredis', 'connection: a client of ioredis') as { readonly Redis?: unknown };
  if (typeof found.Redis === 'function') return found.Redis as new (...settings: unknown[]) => unknown;
  throw new WebhookError('BAD_OPTION', 'bullmqQueue: ioredis 5 or later is needed.');
}

/**
 * Loads an optional peer when it is needed, so that nobody else has to install it. Not a plain `require`, which bundlers
 * would follow, and fail where it is not installed.
 */
function loadDriver(name: string, option: string): unknown {
  try {
    return module.require(name) as unknown;
  } catch (cause) {
    const remedy = `Install it (npm install ${name}) or, where the application is bundled, pass ${option}.`;
    throw new WebhookError('BAD_OPTION', `bullmqQueue: ${name} could not be loaded. ${remedy}`, { cause });
  }
}
