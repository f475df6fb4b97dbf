import type { WebhookHeaders, WebhookParams } from '../contracts';
import type { MaybePromise } from '../maybe-promise';

/** What the `secret` function is asked with. */
export interface SecretRequest {
  readonly headers: WebhookHeaders;
  readonly params: WebhookParams;
}

/** A tenant and the secret, or secrets during a rotation, that sign its deliveries. */
export interface TenantSecret {
  /** Names the tenant in `context.tenant` and in de-duplication; not empty. */
  readonly tenant: string;
  readonly secret: string | readonly string[];
}

/** Finds the tenant of a request: `undefined` for an unknown one (401); throwing or rejecting is answered 503. */
export type FindSecret = (request: SecretRequest) => MaybePromise<TenantSecret | undefined>;

/** Where secrets come from, after the options were parsed. */
export type SecretSource = readonly string[] | FindSecret;
