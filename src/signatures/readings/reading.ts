import type { Digest } from '../mac/digest';

/** One way to understand a request's headers: a valid digest is the MAC of the signed prefix and the body. */
export interface Reading {
  /** Name of the scheme that has the same reading when it is pinned. */
  readonly scheme: 'hmac' | 'timestampedHmac' | 'standardWebhooks';
  /** Name of the header with the digests. */
  readonly header: string;
  /** The text before a digest in the header; empty or absent if there is none. */
  readonly prefix?: string | undefined;
  /** For `standardWebhooks`: the name of the header up to `-signature`. */
  readonly headerStem?: string | undefined;
  /** Name of the header with the timestamp, if it is another one. */
  readonly timestampHeader?: string | undefined;
  /** The signed text, as in the option `content` of `timestampedHmac`, if it is not the usual one. */
  readonly content?: string | undefined;
  readonly digests: readonly Digest[];
  /** The signed text before the body; empty if the body alone is signed. */
  readonly signedPrefix: string;
  /** Whether the secret may be a key in base64, as in Standard Webhooks. */
  readonly decodesSecret: boolean;
  /** Whether the body may not begin like the signed text of another form. */
  readonly refusesSignedText?: boolean | undefined;
  /** The signed timestamp, in milliseconds since 1970. */
  readonly signedAt?: number | undefined;
  /** The signed delivery id. */
  readonly id?: string | undefined;
}
