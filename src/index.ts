export { bigmindWebhooks } from './bigmind-webhooks';
export type { KeyedDelivery, NameDelivery } from './deduplication/delivery-key';
export { type MemoryStoreOptions, memoryStore } from './deduplication/memory-store';
export {
  type EventSchema,
  type EventSchemas,
  type EventsWith,
  eventSchema,
  type NoSchemas,
} from './events/event-schema';
export type * from './events/generated/types';
export {
  eventNames,
  isBigmindEvent,
  isRangeAnswer,
  isWarningsNote,
  isYesNoAnswer,
  type RangeAnswer,
  type WarningsNoteCreated,
  type WarningsNoteUpdated,
  type YesNoAnswer,
} from './events/guards';
export { type EventValidation, validateEvent } from './events/validate-event';
export { keepRawBody, type WebhookRouter } from './express/router';
export type { Drift, DriftListener } from './foundations/contracts/drift';
export type { HandlerContext } from './foundations/contracts/handler-context';
export type { Health, InFlight, QueueHealth, ServiceHealth } from './foundations/contracts/health';
export type {
  Journal,
  JournalEnd,
  JournalEntry,
  JournalForget,
  JournalQuery,
  JournalRecord,
  JournalSettings,
  JournalStats,
  JournalWithQueue,
} from './foundations/contracts/journal';
export type { Logger } from './foundations/contracts/logger';
export type { OpenTransaction } from './foundations/contracts/open-transaction';
export type {
  DeadJob,
  DeadJobs,
  DeliveryQueue,
  JobPlan,
  QueuedDelivery,
  QueueSettings,
  QueueStats,
  QueueWithJournal,
  QueueWorker,
  QueueWorkOptions,
  RunJob,
} from './foundations/contracts/queue';
export type {
  FindOptions,
  FoundDelivery,
  JournalContents,
  JournalFilter,
  JournalOfReceiver,
  Moment,
  ReplayFailure,
  ReplayOptions,
  ReplayProgress,
  ReplaySummary,
} from './foundations/contracts/replay';
export type { WebhookHeaders, WebhookParams } from './foundations/contracts/request';
export type { SchemaError } from './foundations/contracts/schema-error';
export type {
  SignatureInput,
  SignatureMatch,
  SignatureScheme,
  SigningInput,
} from './foundations/contracts/signature-scheme';
export type { Claim, ClaimedElsewhere, DeliveryStore } from './foundations/contracts/store';
export type {
  DeliveryEnd,
  DeliveryStart,
  Followed,
  HandlerEnd,
  HandlerStart,
  JobStart,
  SendEnd,
  SendStart,
  Telemetry,
  TelemetryOfReceiver,
  TelemetrySource,
} from './foundations/contracts/telemetry';
export type { TraceContext } from './foundations/contracts/trace-context';
export { isWebhookError, WebhookError, type WebhookErrorCode } from './foundations/errors';
export type { Outcome } from './foundations/outcomes';
export type { WebhookResponse } from './foundations/response';
export type { BigmindWebhooksOptions, DeduplicateOptions, PinoOptions } from './options/options';
export type { DeadLetter, DeadLetterDetails, DeadLetters } from './queueing/dead-letters';
export type {
  BigmindWebhooks,
  DispatchInput,
  ErrorDetails,
  ErrorListener,
  EventSelector,
  InvalidDelivery,
  SelectedEvent,
  UnknownEvent,
  VerifiedEvent,
  WebhookHandler,
  WebhookRequest,
  WorkOptions,
} from './receiver';
export type { FindSecret, SecretRequest, TenantSecret } from './signatures/policy';
export { type HmacOptions, hmac } from './signatures/schemes/hmac';
export { type StandardWebhooksOptions, standardWebhooks } from './signatures/schemes/standard-webhooks';
export { type TimestampedHmacOptions, timestampedHmac } from './signatures/schemes/timestamped-hmac';
