import type { BigmindEventMap } from './events/generated/types';
import type { WebhookRouter } from './express/router';
import type { HandlerContext } from './foundations/contracts/handler-context';
import type { WebhookHeaders } from './foundations/contracts/request';
import type { SchemaError } from './foundations/contracts/schema-error';
import type { Outcome } from './foundations/outcomes';
import type { WebhookResponse } from './foundations/response';
import type { DeadLetters } from './queueing/dead-letters';

/** An event's name, several of them, or `'*'` for all. */
export type EventSelector<Events> = (keyof Events & string) | readonly (keyof Events & string)[] | '*';

/** What a selector selects: one event, the union of several, or of all. */
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

/** A genuine delivery of which no event can be made. */
export interface InvalidDelivery {
  /** `malformed`: no acceptable JSON. `invalid`: JSON that its event's schema refuses. */
  readonly outcome: 'malformed' | 'invalid';
  /** The name that the payload gives itself, if it gives one. */
  readonly event: string | undefined;
  /** Where the payload and the schema part; empty when `malformed`. */
  readonly errors: readonly SchemaError[];
  /** The parsed body; `undefined` when `malformed`. The bytes are `context.rawBody`. */
  readonly payload: unknown;
}

/** A genuine delivery of an event that has no schema. Nothing but `event` was looked at. */
export type UnknownEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

/** What `onError` is told beside the error. */
export interface ErrorDetails {
  readonly outcome: Outcome;
  /** Event name, once it is known; of an unknown event, only what can be a name. */
  readonly event?: string | undefined;
  /** Name of the handler that failed. */
  readonly handler?: string | undefined;
  /** Idempotency key, once it is known. */
  readonly key?: string | undefined;
}

/** Told of each handler failure, each invalid delivery and each 5xx; changes nothing in the outcome. */
export type ErrorListener = (error: unknown, details: ErrorDetails) => unknown;

/** A request, as Lambda, Next.js, Fastify and others have it. */
export interface WebhookRequest {
  /** A Fetch `Headers`, or an object with names in any case. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /**
   * The body exactly as it was sent; a string stands for its UTF-8. Bytes are not copied: as long as handlers run, what is
   * written to them is in their `context.rawBody` (and, with `deduplicate: false`, in a `context.key` that is read later).
   */
  readonly body: string | Uint8Array | ArrayBuffer | null | undefined;
  /** @default 'POST' */
  readonly method?: string | undefined;
  /** Path parameters, for `context.params`, the `secret` function and `locals`. @default {} */
  readonly params?: Readonly<Record<string, string | undefined>> | undefined;
}

/** An event that was verified and validated, to be handled elsewhere. It survives `JSON.stringify`. */
export interface VerifiedEvent<Event> {
  readonly event: Event;
  /** Idempotency key, as `context.key`. */
  readonly key: string;
  /** Whose secret signed it; absent where one account is served. */
  readonly tenant?: string | undefined;
  readonly signature: { readonly scheme: string };
}

/** What `dispatch` takes: what `verify` returned, and whatever else handlers should find in their context. */
export interface DispatchInput<Event> extends Omit<VerifiedEvent<Event>, 'signature'> {
  /** @default { scheme: 'unknown' } */
  readonly signature?: { readonly scheme: string } | undefined;
  /** For `context.rawBody`; without it, reading that throws. @default none */
  readonly rawBody?: Uint8Array | undefined;
  /** @default {} */
  readonly headers?: WebhookHeaders | undefined;
  /** @default {} */
  readonly params?: Readonly<Record<string, string | undefined>> | undefined;
  /** @default now */
  readonly receivedAt?: Date | string | number | undefined;
}

/** How much a worker does at once. */
export interface WorkOptions<Events = BigmindEventMap> {
  /** How many deliveries run at once in this process, from 1. @default 10 */
  readonly concurrency?: number | undefined;
  /**
   * How many deliveries of an event run at once in this process, from 1 each, such as `{ notes_created: 2 }` for an API
   * that takes no more. One that waits for its turn keeps a place of `concurrency`. @default no limit
   */
  readonly perEvent?: { readonly [Name in keyof Events & string]?: number | undefined } | undefined;
}

/** A receiver of Bigmind's webhooks. */
export interface BigmindWebhooks<Events = BigmindEventMap, Locals = undefined> {
  /**
   * Registers a handler for an event, several, or `'*'` for all. It is started once a delivery and has succeeded when
   * what it returns resolves. Progress is remembered by its name: `{ name }`, else the selector.
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
  /** The same without Express. Never rejects. */
  receive(request: WebhookRequest): Promise<WebhookResponse>;
  /**
   * Verifies and validates, runs and remembers nothing: for people who bring their own queue.
   *
   * @throws WebhookError with the `code` and `status` to answer with; of an unknown event, `IGNORED` and 200
   */
  verify(request: Omit<WebhookRequest, 'method'>): Promise<VerifiedEvent<Events[keyof Events]>>;
  /**
   * Runs the handlers for what `verify` returned, with de-duplication and progress as in `receive`. Resolves to
   * `processed`, `unhandled` or `duplicate`.
   *
   * @throws WebhookError `FAILED`, `INVALID`, `IN_PROGRESS` or `UNAVAILABLE`: try again later; `BAD_OPTION` or
   *   `UNKNOWN_EVENT` for input that `verify` of this receiver did not return
   */
  dispatch(input: DispatchInput<Events[keyof Events]>): Promise<Outcome>;
  /**
   * Takes genuine deliveries of which no event can be made, such as into a quarantine: acknowledged once it resolves,
   * `failed` if it rejects. Without it they get 422 or 400.
   *
   * @throws WebhookError `BAD_HANDLER`, or `HANDLER_NAME_TAKEN` the second time
   */
  onInvalid(take: (delivery: InvalidDelivery, context: HandlerContext<Locals>) => unknown): this;
  /**
   * Takes genuine deliveries of events that have no schema: acknowledged once it resolves, `failed` if it rejects.
   *
   * @throws WebhookError `BAD_HANDLER`, or `HANDLER_NAME_TAKEN` the second time
   */
  onUnknown(take: (event: UnknownEvent, context: HandlerContext<Locals>) => unknown): this;
  /** Told of each handler failure, each `invalid` and each 5xx; changes nothing in the outcome. */
  onError(listener: ErrorListener): this;
  /**
   * Takes deliveries from the queue and runs this process's handlers, until `close()`. Resolves when it has begun; waits
   * for a queue that does not answer. Once a receiver.
   *
   * @throws WebhookError `NO_QUEUE`, `NO_HANDLERS`, `BAD_OPTION`, `UNKNOWN_EVENT`, `QUEUE_NOT_DURABLE` or `UNAVAILABLE`
   *   (closing); and whatever the queue rejects with
   */
  work(options?: WorkOptions<Events>): Promise<void>;
  /** The deliveries whose attempts are used up. Every call rejects with `NO_QUEUE` when there is no queue. */
  readonly deadLetters: DeadLetters;
  /**
   * Accepts nothing more (503 with `Retry-After`) and takes no more from the queue, waits for handlers that run, then
   * aborts them; what still runs, the queue has again. Closes no client that was passed in. `timeoutMs`: how long to wait, in milliseconds from 0. @default 10_000
   */
  close(options?: { readonly timeoutMs?: number | undefined }): Promise<void>;
}
