import type { Logger } from './logger';
import type { WebhookHeaders, WebhookParams } from './request';

/**
 * The second argument of a handler. Every property is computed when it is first read, so a copy such as `{ ...context }`
 * has none of them: pass it on as it is, or name what you need.
 */
// A class without code: the compiler knows that a copy lacks the getters of a class, and not that it lacks an interface's.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- it is the type of locals
export declare abstract class HandlerContext<Locals = unknown> {
  /**
   * Idempotency key, 64 hex digits. Every repeat of this delivery has the same key, and no other delivery has it. Pass
   * it downstream to make an effect happen once.
   */
  abstract get key(): string;
  /** How often this delivery's handlers have been started, from 1. */
  abstract get attempt(): number;
  /** The tenant whose secret signed the delivery; `undefined` unless `secret` is a function. */
  abstract get tenant(): string | undefined;
  /** When the request came, also in a worker and in a replay. Under `dispatch()` what was passed, else now. */
  abstract get receivedAt(): Date;
  /** Whether `journal.replay()` runs it. */
  abstract get replayed(): boolean;
  /**
   * By lower-case name. In a worker and in a replay, signatures, cookies and credentials are left out (`keepHeaders`
   * keeps some). Under `dispatch()` what was passed, else `{}`.
   */
  abstract get headers(): WebhookHeaders;
  /** The body exactly as it was signed. Under `dispatch()`, reading it throws unless `rawBody` was passed. */
  abstract get rawBody(): Buffer;
  /** Path parameters; the segments of a wildcard are joined with `/`. Under `dispatch()` what was passed, else `{}`. */
  abstract get params(): WebhookParams;
  abstract get signature(): {
    /** Name of the scheme that matched. */
    readonly scheme: string;
  };
  /** Aborted when the handler should stop: the claim was lost, `maxRunMs` passed, or `close` waited long enough. */
  abstract get signal(): AbortSignal;
  /** A child of the receiver's logger with event and key bound, and the tenant if there are several. */
  abstract get log(): Logger;
  /** What the `locals` option returned for this delivery. */
  abstract get locals(): Locals;
}
