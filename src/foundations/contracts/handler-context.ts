import type { Logger } from './logger';
import type { WebhookHeaders, WebhookParams } from './request';

/** What a handler gets beside the event. Every property is computed when it is first read. */
export interface HandlerContext<Locals = unknown> {
  /**
   * Idempotency key: the same for every repeat of this delivery and for no other delivery, 64 hex digits. Hand it
   * downstream to make an effect happen once.
   */
  readonly key: string;
  /** How often this delivery's handlers have been started, from 1. */
  readonly attempt: number;
  /** Whose secret signed the delivery, when `secret` is a function; else `undefined`. */
  readonly tenant: string | undefined;
  readonly receivedAt: Date;
  readonly headers: WebhookHeaders;
  /** The body exactly as it was signed. Under `dispatch()` only if it was passed; else reading it throws. */
  readonly rawBody: Buffer;
  readonly params: WebhookParams;
  readonly signature: {
    /** Name of the scheme that matched. */
    readonly scheme: string;
  };
  /** Aborted when going on is pointless: the claim was lost, `maxRunMs` passed, or `close`'s grace ended. */
  readonly signal: AbortSignal;
  /** A child of the receiver's logger with event and key bound. */
  readonly log: Logger;
  /** What the `locals` option returned for this delivery. */
  readonly locals: Locals;
}
