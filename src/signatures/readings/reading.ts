import type { Digest } from '../mac/digest';

/** One reading of a request's headers: these digests, if genuine, are the MAC of this prefix and the body. */
export interface Reading {
  /** Name of the scheme that reads the same when it is pinned. */
  readonly scheme: 'hmac' | 'timestampedHmac' | 'standardWebhooks';
  /** Name of the header that holds the digests. */
  readonly header: string;
  /** What stands before a digest in the header; under `standardWebhooks`, before `-signature` in the header's name. */
  readonly prefix: string;
  /** Name of the header that holds the timestamp, if it is another one. */
  readonly timestampHeader?: string | undefined;
  /** What is signed, in the words of `timestampedHmac`, if it is not the usual. */
  readonly content?: string | undefined;
  readonly digests: readonly Digest[];
  /** What is signed in front of the body; the body alone when empty. */
  readonly signedPrefix: string;
  /** Whether the secret may be base64 whose bytes are the key, as in Standard Webhooks. */
  readonly decodesSecret: boolean;
  /** The signed timestamp, in milliseconds since 1970. */
  readonly signedAt?: number | undefined;
  /** The signed delivery id. */
  readonly id?: string | undefined;
}
