/**
 * Makes a function that does `work` in the background, at most once in `everyMs`. Nobody waits for it or fails with it.
 * When `work` resolves to true there is more to do, and the next call does it at once.
 */
export function throttled(everyMs: number, work: () => Promise<boolean>): () => void {
  let doneAt = performance.now();
  return () => {
    if (performance.now() - doneAt < everyMs) return;
    doneAt = performance.now();
    work().then(
      (isMore) => {
        if (isMore) doneAt = Number.NEGATIVE_INFINITY;
      },
      () => undefined,
    );
  };
}
