import type { HeldClaim } from '../deduplication/held-claim';
import type { ClaimedWork } from '../deduplication/run-once';
import type { WebhookParams } from '../foundations/contracts/request';
import type { TelemetryOfReceiver } from '../foundations/contracts/telemetry';
import type { RunReport, Settled } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import type { Outcome } from '../foundations/outcomes';
import { type ContextSource, DeliveryContext } from '../handlers/context';
import { type DispatchProgress, dispatch } from '../handlers/dispatch';
import { followHandlers } from '../handlers/follow-handlers';
import type { NamedHandler } from '../handlers/registry';
import type { PipelineParts } from './parts';

/** Handlers, their arguments and their deadline. */
export interface HandlersToRun {
  readonly handlers: readonly NamedHandler[];
  /** Their first argument: an event, a payload or an invalid delivery. */
  readonly subject: unknown;
  /** The outcome when all have succeeded. */
  readonly success: Outcome;
  /** Whether a queue holds the delivery until its outcome is known. */
  readonly isHeld?: boolean | undefined;
  readonly source: ContextSource;
  /** When the answer stops waiting for them, on the clock below. */
  readonly deadline: number;
  readonly clock: { now(): number };
}

/** Runs handlers under a claim on their delivery, without a time limit. */
export function runHandlers(run: HandlersToRun, { once, telemetry }: PipelineParts): MaybePromise<Settled> {
  return once.run(new HandlerRun(run, telemetry));
}

/** An object with methods, since closures for each delivery cost more. */
class HandlerRun implements ClaimedWork, DispatchProgress {
  readonly #run: HandlersToRun;
  readonly #telemetry: TelemetryOfReceiver | undefined;
  #claim: HeldClaim | undefined;
  #due: readonly NamedHandler[] = [];
  #report: RunReport | undefined;

  constructor(run: HandlersToRun, telemetry: TelemetryOfReceiver | undefined) {
    this.#run = run;
    this.#telemetry = telemetry;
  }

  get key(): string {
    return this.#run.source.key.text;
  }
  get event(): string | undefined {
    return this.#run.source.event;
  }
  get tenant(): string | undefined {
    return this.#run.source.tenant;
  }
  get params(): WebhookParams {
    return this.#run.source.raw.params;
  }
  get success(): Outcome {
    return this.#run.success;
  }
  get isHeld(): boolean | undefined {
    return this.#run.isHeld;
  }
  /** None before the handlers are started, and none that ends at once. */
  get running(): readonly string[] {
    if (this.#report === undefined) return [];
    const { failures, succeeded } = this.#report;
    const ended = new Set([...succeeded, ...failures.map(({ handler }) => handler)]);
    return this.#due.map(({ name }) => name).filter((name) => !ended.has(name));
  }

  msLeft(): number {
    return this.#run.deadline - this.#run.clock.now();
  }

  run(claim: HeldClaim, succeeded: readonly string[]): MaybePromise<RunReport> {
    const { handlers, subject, source } = this.#run;
    this.#claim = claim;
    this.#due = succeeded.length === 0 ? handlers : handlers.filter(({ name }) => !succeeded.includes(name));
    const started =
      this.#telemetry === undefined ? this.#due : followHandlers(this.#due, source.event, this.#telemetry);
    return dispatch(started, subject, new DeliveryContext(source, claim), this);
  }

  record(handler: string): MaybePromise<void> {
    return this.#claim?.record(handler);
  }

  started(report: RunReport): void {
    this.#report = report;
  }
}
