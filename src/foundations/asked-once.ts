import { withinMs } from './timeouts';

/** An answer that is asked for once. */
export interface AskedOnce<T> {
  (): Promise<T>;
  /** Has the next call ask again. */
  readonly forget: () => void;
}

/**
 * Asks at the first call, and keeps the answer for the next ones. A failure is not kept, nor an answer that takes longer
 * than `ms`: whoever waits for it is rejected with a `SilenceError`, and the next call asks again.
 */
export function askedOnce<T>(ask: () => Promise<T>, ms: number, who: string): AskedOnce<T> {
  let asked: Promise<T> | undefined;

  async function askNow(): Promise<T> {
    return await withinMs(ask(), ms, who);
  }
  function answer(): Promise<T> {
    if (asked !== undefined) return asked;
    const asking = askNow();
    asked = asking;
    asking.catch(() => {
      if (asked === asking) asked = undefined;
    });
    return asking;
  }
  const forget = (): void => {
    asked = undefined;
  };
  return Object.assign(answer, { forget });
}
