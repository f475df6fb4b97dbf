/** Tells a store or a journal something; resolves to whether it took it. Never rejects. */
export type Write = () => Promise<boolean>;

const firstPauseMs = 50;
const usualLongestPauseMs = 250;
const mostAtOnce = 20;

/**
 * Holds the writes that a store or a journal did not take, and repeats them as soon as it answers anything. Until then,
 * one write is tried at a time.
 */
export class Outbox {
  /** The writes and what to call when they are taken. One that was refused goes to the end. */
  readonly #due = new Map<Write, () => void>();
  readonly #longestPauseMs: number;
  #isSending = false;
  #wake: () => void = () => undefined;

  /** The pause between two tries doubles, up to `longestPauseMs`. */
  constructor(longestPauseMs = usualLongestPauseMs) {
    this.#longestPauseMs = longestPauseMs;
  }

  /** Resolves when the write is taken. */
  send(write: Write): Promise<void> {
    return new Promise((resolve) => {
      this.#due.set(write, resolve);
      if (!this.#isSending) void this.#sendAll();
    });
  }

  /** To be called when something was answered: what is due is tried at once. */
  flush(): void {
    this.#wake();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    let isWoken = await this.#pause(firstPauseMs, true);
    let isTaking = false;
    let pauseMs = firstPauseMs;
    while (this.#due.size > 0) {
      isTaking = await this.#sendSome(isTaking || isWoken ? mostAtOnce : 1);
      if (isTaking) {
        pauseMs = firstPauseMs;
        isWoken = false;
      } else {
        pauseMs = Math.min(pauseMs * 2, this.#longestPauseMs);
        // A write that is refused while others are answered is not tried at each of their answers.
        isWoken = await this.#pause(pauseMs, !isWoken);
      }
    }
    this.#isSending = false;
  }

  /** Resolves to whether one was taken. */
  async #sendSome(most: number): Promise<boolean> {
    const tries = [...this.#due].slice(0, most).map(async ([write, onTaken]) => {
      const isTaken = await write();
      this.#due.delete(write);
      if (isTaken) onTaken();
      else this.#due.set(write, onTaken);
      return isTaken;
    });
    return (await Promise.all(tries)).includes(true);
  }

  /** Resolves after `ms`, or when something was answered; to whether it was. */
  #pause(ms: number, isWakeable: boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms).unref();
      this.#wake = () => {
        if (!isWakeable) return;
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
