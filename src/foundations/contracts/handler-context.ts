import type { Logger } from './logger';
import type { WebhookHeaders, WebhookParams } from './request';

/** The second argument of a handler. Every property is computed when it is first read. */
export interface HandlerContext<Locals = unknown> {
  /**
   * Idempotency key, 64 hex digits. Every repeat of this delivery has the same key, and no other delivery has it. Pass
   * it downstream to make an effect happen once.
   */
  readonly key: string;
  /** How often this delivery's handlers have been started, from 1. */
  readonly attempt: number;
  /** The tenant whose secret signed the delivery; `undefined` unless `secret` is a function. */
  readonly tenant: string | undefined;
  readonly receivedAt: Date;
  /** Whether `journal.replay()` runs it. */
  readonly replayed: boolean;
  readonly headers: WebhookHeaders;
  /** The body exactly as it was signed. Under `dispatch()`, reading it throws unless `rawBody` was passed. */
  readonly rawBody: Buffer;
  readonly params: WebhookParams;
  readonly signature: {
    /** Name of the scheme that matched. */
    readonly scheme: string;
  };
  /** Aborted when the handler should stop: the claim was lost, `maxRunMs` passed, or `close` waited long enough. */
  readonly signal: AbortSignal;
  /** A child of the receiver's logger with event and key bound, and the tenant if there are several. */
  readonly log: Logger;
  /** What the `locals` option returned for this delivery. */
  readonly locals: Locals;
}
