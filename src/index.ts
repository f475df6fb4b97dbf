export { bigmindWebhooks } from './bigmind-webhooks';
export type {
  Claim,
  ClaimedElsewhere,
  DeadJob,
  DeadJobs,
  DeliveryQueue,
  DeliveryStore,
  HandlerContext,
  Logger,
  QueuedDelivery,
  QueueSettings,
  QueueWorker,
  RunJob,
  SchemaError,
  SignatureInput,
  SignatureMatch,
  SignatureScheme,
  SigningInput,
  WebhookHeaders,
  WebhookParams,
} from './contracts';
export type { KeyedDelivery, NameDelivery } from './deduplication/delivery-key';
export { type MemoryStoreOptions, memoryStore } from './deduplication/memory-store';
export { isWebhookError, WebhookError, type WebhookErrorCode } from './errors';
export { type EventSchema, type EventSchemas, type EventsWith, eventSchema, type NoSchemas } from './event-schema';
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
export type { BigmindWebhooksOptions, DeduplicateOptions, PinoOptions } from './options';
export type { Outcome } from './outcomes';
export type { DeadLetter, DeadLetterDetails, DeadLetters } from './queueing/dead-letters';
export type { ErrorDetails, ErrorListener } from './report';
export type { WebhookResponse } from './response';
export type { FindSecret, SecretRequest, TenantSecret } from './signatures/policy';
export { type HmacOptions, hmac } from './signatures/schemes/hmac';
export { type StandardWebhooksOptions, standardWebhooks } from './signatures/schemes/standard-webhooks';
export { type TimestampedHmacOptions, timestampedHmac } from './signatures/schemes/timestamped-hmac';
export type {
  BigmindWebhooks,
  DispatchInput,
  EventSelector,
  InvalidDelivery,
  SelectedEvent,
  UnknownEvent,
  VerifiedEvent,
  WebhookHandler,
  WebhookRequest,
  WorkOptions,
} from './webhooks';
