import type { MaybePromise } from '../maybe-promise';
import type { WebhookHeaders } from './request';

/** What a signature scheme found in a request that its secret signs. */
export interface SignatureMatch {
  /** Name of the scheme that matched, where one object recognises several. @default the scheme's own name */
  readonly scheme?: string | undefined;
  /** The signed timestamp, in milliseconds since 1970; held to `toleranceSeconds` by the receiver. */
  readonly signedAt?: number | undefined;
  /** The signed delivery id: it names the delivery in de-duplication, so a repeat must carry it again. */
  readonly id?: string | undefined;
  /** The configuration that pins this scheme, as a line of code; logged once. */
  readonly pin?: string | undefined;
}

/** What a signature scheme looks at. */
export interface SignatureInput {
  /** The body exactly as it was sent. */
  readonly rawBody: Buffer;
  readonly headers: WebhookHeaders;
  /** One configured secret; with several (rotation), the scheme is asked for each in turn. */
  readonly secret: string;
}

/** What a signature scheme signs. */
export interface SigningInput {
  readonly rawBody: Buffer;
  readonly secret: string;
  /** The moment to sign, in milliseconds since 1970. */
  readonly signedAt: number;
  /** The delivery id to sign. */
  readonly id: string;
}

/** A way to sign deliveries. `hmac`, `timestampedHmac` and `standardWebhooks` make the usual ones. */
export interface SignatureScheme {
  /** Shown to handlers as `context.signature.scheme`, and in the log. */
  readonly name: string;
  /** The headers it reads, in words; the log of a refused delivery says so. */
  readonly looksFor?: string | undefined;
  /** Names of the headers that hold its signatures: no queue is given them. @default those that are named so */
  readonly signatureHeaders?: readonly string[] | undefined;
  /** Whether the headers could carry a signature: if not, the request is refused before its body is read. @default yes */
  maySign?(headers: WebhookHeaders): boolean;
  /** Whether `secret` signs the request. Throwing or rejecting counts as no. Compare in constant time. */
  verify(input: SignatureInput): MaybePromise<boolean | SignatureMatch | undefined>;
  /** The headers of a request that `verify` accepts, for tests and tools. @default the scheme can only verify */
  sign?(input: SigningInput): Record<string, string>;
}
