import type { BigmindEventMap } from './events/generated/types';
import type { WebhookRouter } from './express/router';
import type { DriftListener } from './foundations/contracts/drift';
import type { HandlerContext } from './foundations/contracts/handler-context';
import type { Health } from './foundations/contracts/health';
import type { JournalOfReceiver } from './foundations/contracts/replay';
import type { GivenHeaders, GivenParams, WebhookHeaders, WebhookParams } from './foundations/contracts/request';
import type { SchemaError } from './foundations/contracts/schema-error';
import type { Outcome } from './foundations/outcomes';
import type { WebhookResponse } from './foundations/response';
import type { DeadLetters } from './queueing/dead-letters';

/** An event's name, several of them, or `'*'` for all. */
export type EventSelector<Events> = (keyof Events & string) | readonly (keyof Events & string)[] | '*';

/** The events of a selector: one event, or the union of several or all. */
export type SelectedEvent<Events, Selector> = Selector extends '*'
  ? Events[keyof Events]
  : Selector extends readonly (infer Name extends keyof Events)[]
    ? Events[Name]
    : Selector extends keyof Events
      ? Events[Selector]
      : never;

/**
 * A handler in a file of its own: `const addNote: WebhookHandler<'notes_created'> = async (event, { key }) => {}`.
 * `Events` is for receivers with `schemas`: `EventsWith<typeof schemas>`.
 */
export type WebhookHandler<Selector extends EventSelector<Events> = '*', Locals = unknown, Events = BigmindEventMap> = (
  event: SelectedEvent<Events, Selector>,
  context: HandlerContext<Locals>,
) => unknown;

/** A verified delivery that is not a valid event. */
export interface InvalidDelivery {
  /** `malformed`: not acceptable JSON. `invalid`: JSON that its event's schema refuses. */
  readonly outcome: 'malformed' | 'invalid';
  /** The event name in the payload, if it has one. */
  readonly event: string | undefined;
  /** Where the payload does not match its schema; empty when `malformed`. */
  readonly errors: readonly SchemaError[];
  /** The parsed body; `undefined` when `malformed`. The bytes are `context.rawBody`. */
  readonly payload: unknown;
}

/** The payload of a verified delivery whose event has no schema. Only `event` was checked. */
export type UnknownEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

/** The second argument of `onError`. */
export interface ErrorDetails {
  readonly outcome: Outcome;
  /** Event name, once it is known. For an unknown event, only if it looks like a name. */
  readonly event?: string | undefined;
  /** Name of the handler that failed. */
  readonly handler?: string | undefined;
  /** Idempotency key, once it is known. */
  readonly key?: string | undefined;
  /** The tenant whose secret signed the delivery; absent unless `secret` is a function. */
  readonly tenant?: string | undefined;
  /** Path parameters, if there are any. A value that is no name, or may be a token, is left out, as in the log. */
  readonly params?: WebhookParams | undefined;
  /** Names of the handlers that still run, for `timeout` and for `failed` after `maxRunMs`. */
  readonly running?: readonly string[] | undefined;
  /** When the queue tries it again, at the latest; absent without a queue and after the last attempt. */
  readonly nextAttemptAt?: Date | undefined;
}

/** Called for each handler failure, each `invalid` and each 5xx. It does not change the outcome. */
export type ErrorListener = (error: unknown, details: ErrorDetails) => unknown;

/** A request, as in Lambda, Next.js, Fastify and others. */
export interface WebhookRequest {
  /** A Fetch `Headers`, or an object with names in any case. */
  readonly headers: GivenHeaders;
  /**
   * The body exactly as it was sent; a string means its UTF-8. Bytes are not copied: if you write to them while
   * handlers run, `context.rawBody` changes.
   */
  readonly body: string | Uint8Array | ArrayBuffer | null | undefined;
  /** @default 'POST' */
  readonly method?: string | undefined;
  /** Path parameters, for `context.params`, the `secret` function and `locals`; an array is joined with `/`. @default {} */
  readonly params?: GivenParams | undefined;
}

/** A verified and validated event, to be handled elsewhere. It survives `JSON.stringify`. */
export interface VerifiedEvent<Event> {
  readonly event: Event;
  /** Idempotency key, as `context.key`. */
  readonly key: string;
  /** The tenant whose secret signed it; absent unless `secret` is a function. */
  readonly tenant?: string | undefined;
  readonly signature: { readonly scheme: string };
}

/** The input of `dispatch`: the result of `verify`, and more properties for the handlers' context. */
export interface DispatchInput<Event> extends Omit<VerifiedEvent<Event>, 'signature'> {
  /** @default { scheme: 'unknown' } */
  readonly signature?: { readonly scheme: string } | undefined;
  /** For `context.rawBody`; without it, reading that throws. @default none */
  readonly rawBody?: Uint8Array | undefined;
  /** @default {} */
  readonly headers?: WebhookHeaders | undefined;
  /** @default {} */
  readonly params?: GivenParams | undefined;
  /** @default now */
  readonly receivedAt?: Date | string | number | undefined;
}

/** How much a worker runs at once. */
export interface WorkOptions<Events = BigmindEventMap> {
  /** How many deliveries run at once in this process, from 1. @default 10 */
  readonly concurrency?: number | undefined;
  /**
   * How many deliveries of an event run at once in this process, from 1 each, such as `{ notes_created: 2 }` for an API
   * that takes no more. A delivery that waits for a place here takes one of `concurrency`. @default no limit
   */
  readonly perEvent?: { readonly [Name in keyof Events & string]?: number | undefined } | undefined;
}

/**
 * A receiver of Bigmind's webhooks, whatever its `locals`. A function for receivers with `schemas`, too, has a type
 * parameter: `function report<Events>(webhooks: BigmindWebhooks<Events>) {}`.
 */
export interface BigmindWebhooks<Events = BigmindEventMap, Locals = unknown> {
  /**
   * Registers a handler for one event, several, or `'*'` for all. It is started once for each delivery, and succeeds
   * when its return value resolves, or all promises in a returned array do. Its progress is remembered by its name: `{ name }`, else the selector.
   *
   * @throws WebhookError `UNKNOWN_EVENT`, `BAD_OPTION`, `BAD_HANDLER` or `HANDLER_NAME_TAKEN`
   */
  on<const Selector extends EventSelector<Events>>(
    selector: Selector,
    handler: (event: SelectedEvent<Events, Selector>, context: HandlerContext<Locals>) => unknown,
    options?: { readonly name?: string | undefined },
  ): this;
  /** For `app.use`, `app.post`, `app.all` or a nested router. Mount it before `express.json()`. */
  readonly router: WebhookRouter;
  /** Does the same as the router, without Express. Never rejects. */
  receive(request: WebhookRequest): Promise<WebhookResponse>;
  /**
   * Verifies and validates, but runs and remembers nothing: for a queue of your own.
   *
   * @throws WebhookError with the `code` and `status` to answer with; for an unknown event, `IGNORED` and 200
   */
  verify(request: Omit<WebhookRequest, 'method'>): Promise<VerifiedEvent<Events[keyof Events]>>;
  /**
   * Runs the handlers for an event from `verify`, with de-duplication and progress as in `receive`. Resolves to
   * `processed`, `unhandled` or `duplicate`.
   *
   * @throws WebhookError `FAILED`, `INVALID`, `IN_PROGRESS` or `UNAVAILABLE`: try again later; `BAD_OPTION` or
   *   `UNKNOWN_EVENT` for input that did not come from this receiver's `verify`
   */
  dispatch(input: DispatchInput<Events[keyof Events]>): Promise<Outcome>;
  /**
   * Handles verified deliveries that are not valid events, for example puts them into a quarantine. They are
   * acknowledged once it resolves, and `failed` if it rejects. Without it they are answered 422 or 400.
   *
   * @throws WebhookError `BAD_HANDLER`, or `HANDLER_NAME_TAKEN` the second time
   */
  onInvalid(take: (delivery: InvalidDelivery, context: HandlerContext<Locals>) => unknown): this;
  /**
   * Handles verified deliveries of events without a schema. They are acknowledged once it resolves, and `failed` if it
   * rejects.
   *
   * @throws WebhookError `BAD_HANDLER`, or `HANDLER_NAME_TAKEN` the second time
   */
  onUnknown(take: (event: UnknownEvent, context: HandlerContext<Locals>) => unknown): this;
  /**
   * Registers a listener for each handler failure, each `invalid` and each 5xx. It does not change the outcome.
   *
   * @throws WebhookError `BAD_HANDLER`
   */
  onError(listener: ErrorListener): this;
  /**
   * Registers a listener for what Bigmind sends and the schemas do not know: unknown properties, and unlisted values of
   * open sets. It is called once for each path, up to 1,000; of many deliveries only some are looked at. It does not
   * change the outcome.
   *
   * @throws WebhookError `BAD_HANDLER`
   */
  onDrift(listener: DriftListener): this;
  /**
   * Takes deliveries from the queue and runs this process's handlers, until `close()`. Resolves when it has started; it
   * waits for a queue that does not answer. Call it once for each receiver.
   *
   * @throws WebhookError `NO_QUEUE`, `NO_HANDLERS`, `BAD_OPTION`, `UNKNOWN_EVENT`, `QUEUE_NOT_DURABLE` or `UNAVAILABLE`
   *   (closing); and any error of the queue
   */
  work(options?: WorkOptions<Events>): Promise<void>;
  /** The deliveries whose attempts are used up. Without a queue, every call rejects with `NO_QUEUE`. */
  readonly deadLetters: DeadLetters;
  /** The deliveries that the `journal` option keeps. Without it, every call rejects with `NO_JOURNAL`. */
  readonly journal: JournalOfReceiver<keyof Events & string>;
  /**
   * Says whether the store, the queue and the journal answer, what the queue holds, and what is in flight in this process. Each is
   * asked at every call, for at most `storeTimeoutMs`. Never rejects. docs/operations.md has recipes for probes.
   */
  health(): Promise<Health>;
  /**
   * Accepts no more deliveries (503 with `Retry-After`) and takes no more jobs. Waits for running handlers, and for
   * deliveries that the queue is being given, up to `timeoutMs` (milliseconds from 0, @default 10_000), then aborts the
   * handlers. Jobs that still run go back to the queue. A replay ends early. It closes no client that you passed in. A
   * further call waits no longer than the first.
   *
   * @throws WebhookError `BAD_OPTION` for wrong options; nothing is closed then
   */
  close(options?: { readonly timeoutMs?: number | undefined }): Promise<void>;
}
