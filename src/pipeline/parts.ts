import type { DeliveryKey } from '../deduplication/delivery-key';
import type { RunOnce } from '../deduplication/run-once';
import type { EventCheck } from '../events/compile-schemas';
import type { Logger } from '../foundations/contracts/logger';
import type { DeliveryQueue } from '../foundations/contracts/queue';
import type { Settled, VerifiedDelivery } from '../foundations/delivery';
import type { Registry } from '../handlers/registry';
import type { SecretRequest, SignaturePolicy } from '../signatures/policy';

/** What a delivery meets on its way; made once a receiver. */
export interface PipelineParts {
  readonly signature: SignaturePolicy;
  readonly checks: ReadonlyMap<string, EventCheck>;
  readonly registry: Registry;
  readonly once: RunOnce;
  readonly keyOf: (delivery: VerifiedDelivery, payload: unknown) => DeliveryKey;
  readonly locals: ((request: SecretRequest) => unknown) | undefined;
  /** Where events go that workers handle, perhaps in other processes; without it they are handled here. */
  readonly queueing: Queueing | undefined;
  readonly logger: Logger;
  /** From the arrival of a request to the latest answer. */
  readonly timeoutMs: number;
  readonly clock: { now(): number };
  /** Told how a run ended whose delivery had been answered before. */
  readonly reportLate: (settled: Settled) => void;
}

/** Where deliveries go that others handle. */
export interface Queueing {
  readonly queue: DeliveryQueue;
  /** How long the queue may take to answer. */
  readonly answerTimeoutMs: number;
  /** Names of headers that stay behind. */
  readonly withheld: ReadonlySet<string>;
}
