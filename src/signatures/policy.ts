import type { WebhookHeaders, WebhookParams } from '../foundations/contracts/request';
import type { SignatureMatch, SignatureScheme } from '../foundations/contracts/signature-scheme';
import type { VerifiedDelivery } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';

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

/** How deliveries are told from forgeries. */
export interface SignaturePolicy {
  /** `undefined` when signatures are switched off. */
  readonly scheme: SignatureScheme | undefined;
  readonly secret: SecretSource;
  /** How far off a signed timestamp may be, both ways. */
  readonly toleranceMs: number;
  /** How long the `secret` function and a custom scheme may take. */
  readonly answerTimeoutMs: number;
  /** Told the scheme of every genuine delivery. */
  readonly announce: (delivery: VerifiedDelivery, match: SignatureMatch) => void;
}
