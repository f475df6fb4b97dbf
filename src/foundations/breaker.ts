import { isThenable, type MaybePromise } from './maybe-promise';
import { SilenceError, withinMs } from './timeouts';

/** A call that was not made, since nothing answers and another call asks already. */
export class NotAskedError extends Error {
  override readonly name = 'NotAskedError';
}

export interface BreakerSettings {
  /** Subject of the messages, such as `The queue`. */
  readonly who: string;
  /** How long a call may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Called when a call was not answered and nothing else is; `isNew` at the first one. */
  readonly onSilence?: ((message: string, isNew: boolean) => void) | undefined;
  /** Called with each answer that is no error. */
  readonly onAnswer?: (() => void) | undefined;
}

/** Makes a call, or throws or rejects with a {@link SilenceError} or {@link NotAskedError}. */
export type Ask = <T>(call: () => MaybePromise<T>) => MaybePromise<T>;

/**
 * Keeps calls from piling up before a server that is silent: a client holds each one that was given up, with its data,
 * and would send all of them when the server is back. After one call without an answer, calls are made one at a time,
 * and the others fail at once, until one is answered. An error that comes soon is an answer, but not of a call that was
 * under way when another was not answered: the user may have closed the client for that.
 */
export class Breaker {
  readonly #settings: BreakerSettings;
  #answers = 0;
  #silences = 0;
  #isSilent = false;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
  }

  /** A way to ask. Each makes its own one call at a time: a call that waits for a lock must not block the others. */
  lane(): Ask {
    let isProbing = false;
    return <T>(call: () => MaybePromise<T>): MaybePromise<T> => {
      const { who, timeoutMs } = this.#settings;
      const probes = this.#isSilent;
      if (probes && isProbing) throw new NotAskedError(`${who} is silent, and is asked by one call at a time`);
      const answersBefore = this.#answers;
      const silencesBefore = this.#silences;
      const askedAt = performance.now();
      const asked = this.#start(call);
      if (!isThenable(asked)) return asked;
      isProbing ||= probes;
      const answered = Promise.resolve(asked);
      // Also an answer that comes too late.
      answered.then(this.#onAnswer, () => undefined);
      return (withinMs(answered, timeoutMs, who) as Promise<T>).then(
        (answer) => {
          if (probes) isProbing = false;
          return answer;
        },
        (error: unknown) => {
          if (probes) isProbing = false;
          // An error that comes late is most likely the client's own time-out.
          const isSilence = error instanceof SilenceError || performance.now() - askedAt > timeoutMs / 2;
          if (isSilence) this.#noteSilence(answersBefore, probes);
          else if (this.#silences === silencesBefore) this.#isSilent = false;
          throw error;
        },
      );
    };
  }

  #start<T>(call: () => MaybePromise<T>): MaybePromise<T> {
    try {
      const answer = call();
      if (!isThenable(answer)) this.#onAnswer();
      return answer;
    } catch (error) {
      this.#isSilent = false;
      throw error;
    }
  }

  readonly #onAnswer = (): void => {
    this.#answers += 1;
    this.#isSilent = false;
    this.#settings.onAnswer?.();
  };

  /** Where other calls were answered meanwhile, one of them alone is slow. */
  #noteSilence(answersBefore: number, wasProbe: boolean): void {
    const { who, timeoutMs, onSilence } = this.#settings;
    const isNew = !this.#isSilent;
    if (this.#answers !== answersBefore || !(isNew || wasProbe)) return;
    this.#isSilent = true;
    this.#silences += 1;
    onSilence?.(`${who} did not answer within ${timeoutMs} ms`, isNew);
  }
}
