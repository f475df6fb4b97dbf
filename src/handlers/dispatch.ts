import type { HandlerFailure, RunReport } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import { workIn } from '../foundations/work-in';
import type { NamedHandler } from './registry';

/** Follows the handlers of a delivery. */
export interface DispatchProgress {
  /** Records every success but the last. Completing the delivery records that one. */
  record(handler: string): MaybePromise<void>;
  /** Called when handlers were started that have not ended. The report grows as they end. */
  started(report: RunReport): void;
}

/**
 * Starts every handler in order, without waiting between them, and reports when all have ended. A failure does not stop
 * other handlers. Never throws or rejects.
 */
export function dispatch(
  handlers: readonly NamedHandler[],
  event: unknown,
  context: unknown,
  progress: DispatchProgress,
): MaybePromise<RunReport> {
  const failures: HandlerFailure[] = [];
  const succeeded: string[] = [];
  const waiting: Promise<void>[] = [];

  function succeed(handler: string): MaybePromise<void> {
    succeeded.push(handler);
    const last = succeeded.length === handlers.length;
    return last ? undefined : progress.record(handler);
  }
  function fail(handler: string, error: unknown): void {
    failures.push({ handler, error });
  }

  for (const { name, run } of handlers) {
    try {
      const work = workIn(run(event, context));
      const ended =
        work === undefined
          ? succeed(name)
          : work.then(
              () => succeed(name),
              (error: unknown) => fail(name, error),
            );
      if (ended instanceof Promise) waiting.push(ended);
    } catch (error) {
      fail(name, error);
    }
  }
  const report = { failures, succeeded };
  if (waiting.length === 0) return report;
  progress.started(report);
  return Promise.all(waiting).then(() => report);
}
