import type { RunOnce } from '../deduplication/run-once';
import type { EventCheck } from '../events/compile-schemas';
import type { Ask } from '../foundations/breaker';
import type { Clock } from '../foundations/contracts/clock';
import type { Logger } from '../foundations/contracts/logger';
import type { DeliveryQueue } from '../foundations/contracts/queue';
import type { WebhookHeaders } from '../foundations/contracts/request';
import type { TelemetryOfReceiver } from '../foundations/contracts/telemetry';
import type { Settled, VerifiedDelivery } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import type { Registry } from '../handlers/registry';
import type { SecretRequest, SignaturePolicy } from '../signatures/policy';
import type { DriftWatch } from './drift-watch';
import type { KeepAndEnqueue } from './journal/in-one-transaction';
import type { Journaling } from './journal/journaling';

/** The parts that every step uses; made once for each receiver. */
export interface PipelineParts {
  readonly signature: SignaturePolicy;
  readonly checks: ReadonlyMap<string, EventCheck>;
  readonly drift: DriftWatch;
  readonly registry: Registry;
  readonly once: RunOnce;
  /** Runs replays, under keys of their own. */
  readonly replays: RunOnce;
  /** @throws what the user's `deduplicate.key` throws */
  readonly keyOf: (delivery: VerifiedDelivery, payload: unknown) => string;
  readonly locals: ((request: SecretRequest) => unknown) | undefined;
  /** The queue that gives events to workers; without it they are handled here. */
  readonly queueing: Queueing | undefined;
  /** The journal that keeps deliveries before they are handled. */
  readonly journaling: Journaling | undefined;
  readonly logger: Logger;
  readonly telemetry: TelemetryOfReceiver | undefined;
  /** The longest time from the arrival of a request to its answer. After a slow upload, `deadlineOf` adds to it. */
  readonly timeoutMs: number;
  /** How long a store, a queue or a journal may take to answer, in milliseconds. */
  readonly storeTimeoutMs: number;
  readonly clock: Clock;
  /** Reports the end of a run whose delivery was already answered. */
  readonly reportLate: (settled: Settled) => void;
}

/** The parts for one delivery. With a journal, some are made for it. */
export interface DeliveryParts extends PipelineParts {
  /**
   * Ready when the journal has the delivery; a refusal if it cannot be kept. None of the user's code runs before.
   *
   * @default it is not kept, or with its job
   */
  readonly kept?: MaybePromise<Settled | undefined>;
}

/** A queue and how to write to it. */
export interface Queueing {
  /** Resolves once the engine holds the job durably. */
  readonly enqueue: DeliveryQueue['enqueue'];
  /** Keeps a delivery that cannot be enqueued, where it would be kept with its job. Resolves to a refusal, if any. */
  readonly keep?: (() => MaybePromise<Settled | undefined>) | undefined;
  /** Enqueues and keeps in one transaction, where queue and journal are on one database. */
  readonly keepAndEnqueue: KeepAndEnqueue | undefined;
  /** Asks it, within `storeTimeoutMs`. */
  readonly ask: Ask;
  /** Leaves out headers with credentials. */
  readonly keepHeaders: (headers: WebhookHeaders) => WebhookHeaders;
}
