import { isWebhookError } from '../../foundations/errors';
import { withinMs } from '../../foundations/timeouts';
import { Failure } from '../failure';
import type { Io } from '../io';

/** How long a service may take for a single answer, in milliseconds. Some clients wait for ever by default. */
const usualMs = 30_000;

/**
 * What a user's queue or journal answers.
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
 * What a call answers that does something to many at once. It says how many they were when it is through; where it is broken
 * off, the user is told that some may be `done`.
 *
 * @throws what {@link answerOf} throws
 */
export async function answerOfMany<T>(asked: Promise<T>, who: string, io: Io, done: string): Promise<T> {
  try {
    return await answerOf(asked, who, io, longestMs);
  } catch (error) {
    if (!isWebhookError(error)) io.stderr.write(`It ended early: some may be ${done}. The same command goes on.\n`);
    throw error;
  }
}

/** What is waited for; or a Failure when Ctrl-C ends the wait. */
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
