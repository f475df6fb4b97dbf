import type { WebhookHeaders, WebhookParams } from '../foundations/contracts/request';
import type { SignatureMatch, SignatureScheme } from '../foundations/contracts/signature-scheme';
import type { RawDelivery, VerifiedDelivery } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import type { Explanation } from './refusal';

/** The argument of the `secret` function. */
export interface SecretRequest {
  readonly headers: WebhookHeaders;
  readonly params: WebhookParams;
}

/** A tenant and its secret, or several secrets during a rotation. */
export interface TenantSecret {
  /** The tenant's name, for `context.tenant` and de-duplication; not empty. */
  readonly tenant: string;
  readonly secret: string | readonly string[];
}

/**
 * Finds the tenant of a request. `undefined` means an unknown tenant (401). If it throws or rejects, the answer is 503.
 */
export type FindSecret = (request: SecretRequest) => MaybePromise<TenantSecret | undefined>;

/** The checked option `secret`: the secrets, or the function that finds them. */
export type SecretSource = readonly string[] | FindSecret;

/** A tenant and its usable secrets. The tenant is `undefined` unless `secret` is a function. */
export interface Account {
  readonly tenant: string | undefined;
  readonly secrets: readonly string[];
  /** Why it is refused, whatever signs the request; `undefined` for a known tenant. */
  readonly refusal?: string | undefined;
}

/** Says for the log why no secret signs a request. */
export interface ExplainsMismatch {
  /** `undefined` if it is not this request's turn, or nobody would read it. */
  explain(raw: RawDelivery, account: Account): Explanation | undefined;
  /** Remembers the account of an accepted delivery, for those that come to another tenant by mistake. */
  remember(account: Account): void;
}

type RawAndTenant = Pick<VerifiedDelivery, 'raw' | 'tenant'>;

/** How deliveries are verified. */
export interface SignaturePolicy {
  /** `undefined` when signatures are switched off. */
  readonly scheme: SignatureScheme | undefined;
  /** Names of the headers with the signatures of a pinned scheme, in lower case. */
  readonly signatureHeaders: readonly string[];
  readonly secret: SecretSource;
  /** How old or how far ahead a signed timestamp may be. */
  readonly toleranceMs: number;
  /** How long the `secret` function and a custom scheme may take. */
  readonly answerTimeoutMs: number;
  readonly mismatches: ExplainsMismatch;
  /** Logs the scheme of a verified delivery when it is called; `undefined` if there is nothing new to log. */
  readonly announcementOf: (delivery: RawAndTenant, match: SignatureMatch) => (() => void) | undefined;
}
