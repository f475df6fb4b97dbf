import type { SignatureScheme, WebhookHeaders } from '../contracts';
import { headerNameOf, knownOptions, oneOf, stringOf } from '../option-checks';
import type { Candidate } from './candidate';
import { type Algorithm, algorithms, type Digest, type Encoding, encodings, readDigest, writeMac } from './digest';
import { FoundMatch, type PinOptions } from './found-match';
import type { LoneSignature } from './glance';
import { verifierOf } from './header-reader';
import { unless } from './pin-line';

/** Where a plain HMAC stands in a request, and how it is written. */
export interface HmacOptions {
  /** Name of the header that holds the signature, in any case. */
  readonly header: string;
  /** @default 'sha256' */
  readonly algorithm?: Algorithm | undefined;
  /** `base64` and `base64url` read either alphabet, padded or not. @default 'hex' */
  readonly encoding?: Encoding | undefined;
  /** What stands before the signature in the header, such as `sha256=`. @default '' */
  readonly prefix?: string | undefined;
}

const known = { header: true, algorithm: true, encoding: true, prefix: true } satisfies Record<keyof HmacOptions, true>;

/**
 * An HMAC (RFC 2104) over the body alone, as GitHub and Shopify sign. Such a signature never grows old: a replay is
 * noticed only as long as de-duplication remembers the delivery.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function hmac(options: HmacOptions): SignatureScheme {
  knownOptions(options, 'hmac', known);
  const written = parseWritten('hmac', options);
  const pin = writtenPin(written.header, written.prefix, written);
  return {
    name: 'hmac',
    looksFor: written.header,
    signatureHeaders: [written.header],
    maySign: (headers) => headers[written.header] !== undefined,
    verify: verifierOf({
      candidates: (headers) => {
        const digest = readWritten(headers, written);
        return digest === undefined ? [] : [bodyCandidate(written.header, written.prefix, digest)];
      },
      lone: (headers) => {
        const text = textOf(headers, written);
        if (text === undefined || written.algorithm !== 'sha256') return undefined;
        return loneBody(text, written.encoding, pin);
      },
    }),
    sign: ({ rawBody, secret }) => ({ [written.header]: written.prefix + writeMac(written, secret, '', rawBody) }),
  };
}

/** How a digest is written in a header, with nothing left open. */
export interface WrittenDigest {
  readonly header: string;
  readonly algorithm: Algorithm;
  readonly encoding: Encoding;
  readonly prefix: string;
}

/** Fills in what the options leave open. */
export function parseWritten(path: string, options: HmacOptions): WrittenDigest {
  return {
    header: headerNameOf(`${path}.header`, options.header),
    algorithm: oneOf(`${path}.algorithm`, options.algorithm ?? 'sha256', algorithms),
    encoding: oneOf(`${path}.encoding`, options.encoding ?? 'hex', encodings),
    prefix: stringOf(`${path}.prefix`, options.prefix ?? ''),
  };
}

/** What stands in a header where the digest should be. */
export function textOf(headers: WebhookHeaders, { header, prefix }: WrittenDigest): string | undefined {
  const value = headers[header];
  return value?.startsWith(prefix) ? value.slice(prefix.length) : undefined;
}

/** The digest in a header, if it is written as configured. */
export function readWritten(headers: WebhookHeaders, written: WrittenDigest): Digest | undefined {
  const text = textOf(headers, written);
  return text === undefined ? undefined : readDigestAs(text, written);
}

/** Reads a digest of the configured algorithm and encoding. */
export function readDigestAs(text: string, written: WrittenDigest): Digest | undefined {
  const digest = readDigest(text);
  if (digest?.algorithm !== written.algorithm) return undefined;
  return (digest.encoding === 'hex') === (written.encoding === 'hex') ? digest : undefined;
}

/** The body alone is signed. */
export function bodyCandidate(header: string, prefix: string, digest: Digest): Candidate {
  return {
    digests: [digest],
    signedPrefix: '',
    decodesSecret: false,
    match: () => new FoundMatch('hmac', writtenPin(header, prefix, digest)),
  };
}

/** The body alone is signed, and there is one signature. */
export function loneBody(text: string, encoding: Encoding, pin: PinOptions): LoneSignature {
  return { text, encoding, signedPrefix: '', match: () => new FoundMatch('hmac', pin) };
}

/** What of a digest's dress has to be said in a pin line. */
export function writtenPin(header: string, prefix: string, digest: Pick<Digest, 'algorithm' | 'encoding'>): PinOptions {
  return {
    header,
    algorithm: unless('sha256', digest.algorithm),
    // Either alphabet is read; and whether a base64url text can be told from base64 differs from delivery to delivery.
    encoding: digest.encoding === 'hex' ? undefined : 'base64',
    prefix: unless('', prefix),
  };
}
