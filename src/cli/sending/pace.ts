export interface PaceOptions {
  /** How many times to call, from 1. */
  readonly total: number;
  /** Calls a second. Without it, `concurrency` alone sets the speed. */
  readonly rate: number | undefined;
  /** How many may run at once, from 1. */
  readonly concurrency: number;
  /** Starts nothing more once aborted. Running calls are awaited. */
  readonly until: AbortSignal;
}

/**
 * Calls `start` for 0, 1, 2 … `total` - 1, at a rate. The clock says how many calls are due, not the time of the last
 * call: a late timer delays one call, and the rate still holds.
 */
export async function pace(options: PaceOptions, start: (index: number) => Promise<void>): Promise<void> {
  const { total, rate, concurrency, until } = options;
  const running = new Set<Promise<void>>();
  const startedAt = performance.now();
  let failed: { readonly error: unknown } | undefined;
  let started = 0;

  const isOver = (): boolean => started >= total || until.aborted || failed !== undefined;
  const due = (): number =>
    rate === undefined ? total : Math.floor(((performance.now() - startedAt) * rate) / 1000) + 1;

  function launch(): void {
    const call: Promise<void> = start(started)
      .catch((error: unknown) => {
        failed ??= { error };
      })
      .finally(() => running.delete(call));
    running.add(call);
    started += 1;
  }

  while (!isOver()) {
    while (!isOver() && running.size < concurrency && started < due()) launch();
    if (isOver()) break;
    if (running.size >= concurrency) await Promise.race(running);
    else await wakeAt(startedAt + (started * 1000) / (rate ?? 1), until);
  }
  await Promise.all(running);
  if (failed !== undefined) throw failed.error;
}

function wakeAt(moment: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(wake, Math.max(0, moment - performance.now()));
    until.addEventListener('abort', wake, { once: true });
    function wake(): void {
      clearTimeout(timer);
      until.removeEventListener('abort', wake);
      resolve();
    }
  });
}
