import { isWebhookError } from '../../foundations/errors';
import { withinMs } from '../../foundations/timeouts';
import { Failure } from '../failure';
import type { Io } from '../io';

/** How long a service may take for a single answer, in milliseconds. Some clients wait for ever by default. */
const usualMs = 30_000;

/**
 * The answer of a user's queue or journal.
 *
 * @throws Failure when Ctrl-C ends the wait, and SilenceError after `patienceMs`
 */
export async function answerOf<T>(
  asked: Promise<T>,
  who: string,
  { interrupted }: Io,
  patienceMs = usualMs,
): Promise<T> {
  return await withinMs(unlessInterrupted(asked, interrupted), patienceMs, who);
}

/** Engines and journals do many in one call, which takes its time. */
const longestMs = 3_600_000;

/**
 * The answer of a call that changes many deliveries. If it is cut off, the user is told that some may be `done`.
 *
 * @throws the errors of {@link answerOf}
 */
export async function answerOfMany<T>(asked: Promise<T>, who: string, io: Io, done: string): Promise<T> {
  try {
    return await answerOf(asked, who, io, longestMs);
  } catch (error) {
    if (!isWebhookError(error)) io.stderr.write(`It ended early: some may be ${done}. The same command goes on.\n`);
    throw error;
  }
}

/** Resolves as `asked` does. Ctrl-C ends the wait with a Failure. */
export async function unlessInterrupted<T>(asked: Promise<T>, interrupted: AbortSignal): Promise<T> {
  let end: (() => void) | undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    end = () => reject(new Failure('Ended by Ctrl-C.'));
    if (interrupted.aborted) end();
    else interrupted.addEventListener('abort', end);
  });
  try {
    return await Promise.race([asked, ended]);
  } finally {
    if (end) interrupted.removeEventListener('abort', end);
  }
}
