import { describeError } from '../../foundations/describe-error';
import { isWebhookError } from '../../foundations/errors';
import { atMost } from '../../foundations/timeouts';
import type { BigmindWebhooks } from '../../index';
import { Failure, misuse } from '../failure';
import type { Io } from '../io';
import { visibleText } from '../visible-text';
import { unlessInterrupted } from './answer';
import { findReceiver } from './find-receiver';
import { loadModule } from './load-module';
import { tellOfExit } from './tell-of-exit';

/** How long a receiver may take to close when its services do not answer, in milliseconds. */
const mostClosingMs = 15_000;

/**
 * Opens the receiver that a user's module exports, uses it, and closes it. The user's clients stay open, since they are
 * the user's; the process ends all the same.
 *
 * @throws Failure in words for people
 */
export async function withApp(
  path: string,
  { interrupted }: Io,
  use: (webhooks: BigmindWebhooks) => Promise<void>,
): Promise<void> {
  const restoreExit = tellOfExit(path);
  try {
    await withReceiver(path, interrupted, use);
  } finally {
    restoreExit();
  }
}

async function withReceiver(
  path: string,
  interrupted: AbortSignal,
  use: (webhooks: BigmindWebhooks) => Promise<void>,
): Promise<void> {
  const loaded = loadModule(path, (module) => findReceiver(module, path));
  const webhooks = await unlessIdle(path, unlessInterrupted(loaded, interrupted));
  // Timers of the receiver do not keep the process alive. This one does, until the command is done.
  const alive = setInterval(() => undefined, 60_000);
  try {
    if (!interrupted.aborted) await use(webhooks);
  } catch (error) {
    throw error instanceof Failure ? error : refusalOf(error);
  } finally {
    await atMost(mostClosingMs, webhooks.close());
    clearInterval(alive);
  }
}

/** Rejects when nothing is left in the process that could end the wait. */
async function unlessIdle<T>(path: string, answer: Promise<T>): Promise<T> {
  let wake: (() => void) | undefined;
  const idle = new Promise<never>((_resolve, reject) => {
    wake = () => reject(new Failure(`--app ${visibleText(path)} waits for something that never comes.`));
    process.once('beforeExit', wake);
  });
  try {
    return await Promise.race([answer, idle]);
  } finally {
    if (wake) process.off('beforeExit', wake);
  }
}

/** Mistakes in the set-up are wrong use; anything else comes from the user's services. */
function refusalOf(error: unknown): Failure {
  const { type, message } = describeError(error);
  return isWebhookError(error) ? misuse(visibleText(message)) : new Failure(visibleText(`${type}: ${message}`));
}
