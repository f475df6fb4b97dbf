import type { DeliveryEnd, Followed, Telemetry, TelemetryOfReceiver, TelemetrySource } from './contracts/telemetry';
import type { Settled } from './delivery';
import { isThenable } from './maybe-promise';

const unfollowed: Followed<unknown> = { run: (work) => work(), end: () => undefined };

/** Follows nothing before it is opened. */
export interface GuardedTelemetry extends TelemetryOfReceiver {
  /** To be called when the receiver can be asked. */
  open(source: TelemetrySource): void;
}

/** The same telemetry, but it never throws, and no promise of it rejects unheard: `tell` gets its first error. */
export function guardedTelemetry(telemetry: Telemetry, tell: (error: unknown) => void): GuardedTelemetry {
  let opened: TelemetryOfReceiver | undefined;
  let told = false;
  function failed(error: unknown): void {
    if (!told) tell(error);
    told = true;
  }
  function attempt<T>(call: () => T, otherwise: T): T {
    try {
      const value = call();
      if (isThenable(value)) value.then(undefined, failed);
      return value;
    } catch (error) {
      failed(error);
      return otherwise;
    }
  }
  function guarded<End>(start: () => Followed<End>): Followed<End> {
    const followed = attempt(start, unfollowed);
    return {
      run: (work) => runOnce(work, (once) => attempt(() => followed.run(once), undefined)),
      // Without its value: a promise of it must not become a part of the work.
      end: (result) => void attempt(() => followed.end(result), undefined),
    };
  }
  return {
    open(source) {
      opened = attempt<TelemetryOfReceiver | undefined>(() => telemetry.open(source), undefined);
    },
    delivery: (start) => guarded(() => opened?.delivery(start) ?? unfollowed),
    job: (start) => guarded(() => opened?.job(start) ?? unfollowed),
    handler: (start) => guarded(() => opened?.handler(start) ?? unfollowed),
    send(start) {
      const sending = attempt(() => opened?.send(start), undefined);
      const trace = attempt(() => sending?.trace, undefined);
      return { ...guarded(() => sending ?? unfollowed), trace };
    },
    close: () => void attempt(() => opened?.close(), undefined),
  };
}

/** Runs work as a part of what is followed; without telemetry, as it is. */
export function runIn<T>(followed: Pick<Followed<never>, 'run'> | undefined, work: () => T): T {
  return followed === undefined ? work() : followed.run(work);
}

/** Runs `work` through `through`. It runs once, even if that runs it twice, later or not at all. */
function runOnce<T>(work: () => T, through: (once: () => void) => void): T {
  let ended: { readonly value: T } | { readonly error: unknown } | undefined;
  function once(): void {
    if (ended !== undefined) return;
    try {
      ended = { value: work() };
    } catch (error) {
      ended = { error };
    }
  }
  through(once);
  once();
  // The compiler does not see that `once` has set it.
  const result = ended as unknown as { readonly value: T } | { readonly error: unknown };
  if ('error' in result) throw result.error;
  return result.value;
}

/** The part of an outcome that telemetry sees: no error, no payload. */
export function endOf({ outcome, details }: Settled): DeliveryEnd {
  const { event, key, attempt = 1, joined = false, isLastAttempt: isDead = false } = details;
  return { outcome, event, key, isRepeat: outcome === 'duplicate' || joined || attempt > 1, isDead };
}
