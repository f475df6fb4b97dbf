import type { WebhookParams } from './contracts/request';
import type { Settled } from './delivery';

/** What is known of a delivery, beside its outcome, where it is reported. */
export interface Measures {
  /** On the receiver's clock. */
  readonly startedAt: number;
  readonly bytes?: number | undefined;
  /** Path parameters, for an outcome that does not know them. */
  readonly params?: WebhookParams | undefined;
}

/** Reports how a delivery ended, or an attempt of one. */
export type Report = (settled: Settled, measures: Measures) => void;
