import type { LoggerOptions } from 'pino';
import type { NameDelivery } from '../deduplication/delivery-key';
import type { EventSchemas, NoSchemas } from '../events/event-schema';
import type { Clock } from '../foundations/contracts/clock';
import type { Journal } from '../foundations/contracts/journal';
import type { Logger } from '../foundations/contracts/logger';
import type { DeliveryQueue } from '../foundations/contracts/queue';
import type { SignatureScheme } from '../foundations/contracts/signature-scheme';
import type { DeliveryStore } from '../foundations/contracts/store';
import type { Telemetry } from '../foundations/contracts/telemetry';
import type { FindSecret, SecretRequest } from '../signatures/policy';

/** How repeats of a delivery are recognised, and where deliveries are remembered. */
export interface DeduplicateOptions {
  /** Where deliveries are remembered. Processes should share one. @default memoryStore(), in this process */
  readonly store?: DeliveryStore | undefined;
  /** How long a delivery is remembered, in milliseconds from 1. @default 259_200_000 (3 days) */
  readonly ttlMs?: number | undefined;
  /**
   * Identifies a delivery in place of its bytes. Return the same text for a repeat and another text for any other
   * delivery. Not `webhook_id`: it is the same for all deliveries of a destination.
   * @default the delivery id that a pinned scheme signs, else the raw bytes
   */
  readonly key?: NameDelivery | undefined;
  /**
   * How long the store, the queue, the journal, the `secret` function and `verify()` of a signature scheme of your own may
   * take to answer, in milliseconds from 1 to 2,147,483,647.
   * @default 2000
   */
  readonly storeTimeoutMs?: number | undefined;
  /**
   * Called when the store answered nothing for `storeTimeoutMs`, and again after each further call that it does not
   * answer. For a client that does not notice that its connection is dead, as node-redis: connect it anew.
   * @default nothing
   */
  readonly onSilence?: (() => unknown) | undefined;
}

/** Only the secret is required, and it may come from the environment. */
export interface BigmindWebhooksOptions<Schemas extends EventSchemas = NoSchemas, Locals = undefined> {
  /**
   * The secret of the webhook destination, or several during a rotation. If one endpoint serves several tenants, a
   * function that finds the tenant of a request. After `whsec_`, `standardWebhooks()` takes base64 of at least 24 bytes.
   * @default process.env.BIGMIND_WEBHOOK_SECRET
   */
  readonly secret?: string | readonly string[] | FindSecret | undefined;
  /**
   * How deliveries are signed. `'auto'` recognises an HMAC in every usual form and logs the line that pins it. `false`
   * trusts everybody and logs a warning. @default 'auto'
   */
  readonly signature?: 'auto' | SignatureScheme | false | undefined;
  /** How old or how far ahead a signed timestamp may be, in seconds from 1. @default 300 */
  readonly toleranceSeconds?: number | undefined;
  /** Largest body, in bytes from 1 or as text with `b`, `kb`, `mb` or `gb` (powers of 1024). @default '5mb' */
  readonly limit?: number | string | undefined;
  /**
   * When to answer 503 while handlers go on, in milliseconds after the request arrived, from 1 to 2,147,483,647; after a
   * slow upload `deduplicate.storeTimeoutMs` after its end, if that is later. Keep it shorter than the sender's own
   * timeout. @default 9000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How long handlers may run before they are aborted and the delivery fails, in milliseconds from 1 to 2,147,483,647.
   * @default 900_000 (15 min)
   */
  readonly maxRunMs?: number | undefined;
  /** How long the body may take to arrive, in milliseconds from 1 to 2,147,483,647. @default 15_000 */
  readonly readTimeoutMs?: number | undefined;
  /**
   * How many bytes of bodies are held at once, while they are read and until they are answered or verified, in bytes from 1 or as
   * text like `limit`. Beyond it deliveries are answered 503, and repeated. @default '128mb', or `limit` if that is more
   */
  readonly maxBytesInFlight?: number | string | undefined;
  /**
   * De-duplication; `false` runs handlers for every copy, and with a queue in every attempt.
   * @default in memory, 3 days or 100 000 deliveries
   */
  readonly deduplicate?: DeduplicateOptions | false | undefined;
  /**
   * Where verified, valid deliveries go, for `work()` in this or other processes. They are answered as soon as the
   * queue holds them durably. @default none: they are handled as they come
   */
  readonly queue?: DeliveryQueue | undefined;
  /**
   * Keeps every genuine delivery for some days, as `fileJournal()` does, so that `journal.replay()` can run it again.
   * What is answered with 2xx is in it. @default none: nothing is kept
   */
  readonly journal?: Journal | undefined;
  /**
   * Names of headers that a queue's jobs and the journal keep although their names look like a credential's, such as
   * `['idempotency-key']`. Cookies, `Authorization` and signatures are refused. @default []
   */
  readonly keepHeaders?: readonly string[] | undefined;
  /** Schemas of additional events, or replacements of built-in ones, each from `eventSchema<T>(json)`. @default none */
  readonly schemas?: Schemas | undefined;
  /**
   * Makes the application data for `context.locals`. With a queue it must fit in JSON. Called when a handler first
   * reads it; with a queue, when the delivery comes. @default undefined
   */
  readonly locals?: ((request: SecretRequest) => Locals) | undefined;
  /**
   * Follows deliveries, handlers and jobs, such as `openTelemetry()` from `bigmind-webhooks/opentelemetry`. Whatever it
   * does, it changes no outcome. @default none, which costs nothing
   */
  readonly telemetry?: Telemetry | undefined;
  /** A pino instance, pino options, or `false` for silence. @default pino({ name: 'bigmind-webhooks' }) */
  readonly logger?: Logger | PinoOptions | false | undefined;
  /** The clock, in milliseconds since 1970; for tests. @default Date */
  readonly clock?: Clock | undefined;
}

/** Options for pino, passed on unchanged (https://github.com/pinojs/pino/blob/main/docs/api.md#options). */
export type PinoOptions = LoggerOptions;
