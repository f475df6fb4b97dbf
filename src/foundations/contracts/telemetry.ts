import type { Outcome } from '../outcomes';
import type { Health } from './health';
import type { TraceContext } from './trace-context';

/** Work that is followed from its start to its end. */
export interface Followed<End> {
  /** Calls `work` once and at once, and returns its value. What it starts belongs to this work, also after it returned. */
  run<T>(work: () => T): T;
  /** Called once, when the work has ended. */
  end(result: End): void;
}

/** A delivery or a job, when its handling begins. */
export interface DeliveryStart {
  /** Length of the body; `undefined` if it was not read. */
  readonly bytes: number | undefined;
  /** How long ago handling began, in milliseconds: a body may arrive slowly. */
  readonly waitedMs: number;
}

/** An attempt of a job, when it begins. */
export interface JobStart extends DeliveryStart {
  /** What the process wrote into the job that enqueued it. */
  readonly trace: TraceContext | undefined;
}

/** How a delivery, or one attempt of a job, ended. */
export interface DeliveryEnd {
  readonly outcome: Outcome;
  /** Any text, if the event is not a known one. */
  readonly event: string | undefined;
  readonly key: string | undefined;
  /** Whether it came or was tried before. */
  readonly isRepeat: boolean;
  /** Whether it is a dead letter now: the attempt was its last, and failed. */
  readonly isDead: boolean;
}

/** A run of one handler, when it begins. */
export interface HandlerStart {
  /** The name by which its progress is remembered. */
  readonly handler: string;
  /** Any text, if the event is not a known one. */
  readonly event: string | undefined;
}

/** How a run of one handler ended. */
export interface HandlerEnd {
  /** What it threw or rejected with; absent if it succeeded. */
  readonly failure?: { readonly error: unknown };
}

/** A delivery, when it is given to the queue. */
export interface SendStart {
  readonly event: string;
}

/** What came of giving a delivery to the queue. */
export interface SendEnd {
  /** Whether the queue holds it. */
  readonly isHeld: boolean;
}

/** What telemetry may ask of a receiver. */
export interface TelemetrySource {
  /** Names of the known events. Every other name is a stranger's word, and no label. */
  readonly events: { has(name: string): boolean };
  health(): Promise<Health>;
}

/**
 * Follows deliveries, for spans and metrics. An error that it throws changes no outcome, and is logged once a receiver.
 */
export interface Telemetry {
  /** Called once for each receiver. What it returns is called when the receiver closes. */
  open(source: TelemetrySource): TelemetryOfReceiver;
}

/** Follows the deliveries of one receiver. */
export interface TelemetryOfReceiver {
  /** A request, or a call of `dispatch`. */
  delivery(start: DeliveryStart): Followed<DeliveryEnd>;
  /** An attempt of a job, in a worker. */
  job(start: JobStart): Followed<DeliveryEnd>;
  handler(start: HandlerStart): Followed<HandlerEnd>;
  /** Giving a delivery to the queue. `trace` goes into the job. */
  send(start: SendStart): Followed<SendEnd> & { readonly trace: TraceContext | undefined };
  close(): void;
}
