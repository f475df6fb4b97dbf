import type { MaybePromise } from '../maybe-promise';
import type { WebhookHeaders } from './request';

/** What a signature scheme found in a signed request. */
export interface SignatureMatch {
  /** Name of the scheme that matched, if one object recognises several. @default the scheme's own name */
  readonly scheme?: string | undefined;
  /** The signed timestamp, in milliseconds since 1970. The receiver compares it with `toleranceSeconds`. */
  readonly signedAt?: number | undefined;
  /** The signed delivery id. De-duplication goes by it, so a repeat must carry it again. */
  readonly id?: string | undefined;
  /** The line of code that pins this scheme; logged once. */
  readonly pin?: string | undefined;
}

/** What a signature scheme looks at. */
export interface SignatureInput {
  /** The body exactly as it was sent. */
  readonly rawBody: Buffer;
  readonly headers: WebhookHeaders;
  /** One configured secret. During a rotation the scheme is called for each secret. */
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
  /** The headers it reads, in words, for the log of a refused delivery. */
  readonly looksFor?: string | undefined;
  /** Names of the headers with its signatures; queues do not get them. @default names with `signature` or `hmac` */
  readonly signatureHeaders?: readonly string[] | undefined;
  /** Whether the headers may hold a signature. If not, the request is refused before its body is read. @default yes */
  maySign?(headers: WebhookHeaders): boolean;
  /** Whether `secret` signs the request. Throwing or rejecting means no. Compare in constant time. */
  verify(input: SignatureInput): MaybePromise<boolean | SignatureMatch | undefined>;
  /** Makes headers that `verify` accepts, for tests and tools. @default the scheme can only verify */
  sign?(input: SigningInput): Record<string, string>;
}
