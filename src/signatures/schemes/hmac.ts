import type { WebhookHeaders } from '../../foundations/contracts/request';
import type { SignatureScheme } from '../../foundations/contracts/signature-scheme';
import { headerValue } from '../../foundations/header-values';
import { headerNameOf, knownOptions, oneOf, show, stringOf, wrapIt } from '../../foundations/option-checks';
import { type Algorithm, algorithms, type Digest, type Encoding, encodings, readDigest } from '../mac/digest';
import { writeMac } from '../mac/mac';
import { splitValues } from '../readings/header-grammar';
import { verifierOf } from '../readings/header-reader';
import type { Reading } from '../readings/reading';

/** The header of a plain HMAC, and its spelling. */
export interface HmacOptions {
  /** Name of the header with the signature, in any case. */
  readonly header: string;
  /** The hash function, `sha256` or `sha512`. @default 'sha256' */
  readonly algorithm?: Algorithm | undefined;
  /** `base64` and `base64url` read either alphabet, padded or not. @default 'hex' */
  readonly encoding?: Encoding | undefined;
  /** The text before the signature in the header, such as `sha256=`. @default '' */
  readonly prefix?: string | undefined;
}

const known = { header: true, algorithm: true, encoding: true, prefix: true } satisfies Record<keyof HmacOptions, true>;

/**
 * An HMAC (RFC 2104) over the body alone. GitHub and Shopify sign so. Such a signature never expires: a replay is
 * noticed only as long as de-duplication remembers the delivery.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function hmac(options: HmacOptions): SignatureScheme {
  const written = parseWritten('hmac', options, known);
  return {
    name: 'hmac',
    looksFor: written.header,
    signatureHeaders: [written.header],
    maySign: (headers) => headers[written.header] !== undefined,
    verify: verifierOf((headers) => [bodyReading(written.header, written.prefix, readWritten(headers, written))]),
    sign: ({ rawBody, secret }) => ({ [written.header]: written.prefix + writeMac(written, secret, '', rawBody) }),
  };
}

/** The checked options of a digest in a header. */
export interface WrittenDigest {
  readonly header: string;
  readonly algorithm: Algorithm;
  readonly encoding: Encoding;
  readonly prefix: string;
}

/** Checks the options of a scheme, of which `known` has the names, and fills in the defaults of the digest. */
export function parseWritten(path: string, options: HmacOptions, known: Readonly<Record<string, true>>): WrittenDigest {
  if (typeof options === 'string') throw wrapIt(path, show(options), `${path}({ header: 'x-signature' })`);
  knownOptions(options, path, known);
  const { header, algorithm = 'sha256', encoding = 'hex', prefix = '' } = options;
  return {
    header: headerNameOf(`${path}.header`, header),
    algorithm: oneOf(`${path}.algorithm`, algorithm, algorithms),
    encoding: oneOf(`${path}.encoding`, encoding, encodings),
    prefix: stringOf(`${path}.prefix`, prefix),
  };
}

/** Reads the digests in a header that are written as configured: one, or several during a rotation. */
export function readWritten(headers: WebhookHeaders, written: WrittenDigest): readonly Digest[] {
  const value = headerValue(headers, written.header);
  // The whole value first: a prefix may hold a comma.
  const whole = readPart(value, written);
  if (whole !== undefined) return [whole];
  return splitValues(value)
    .map((part) => readPart(part, written))
    .filter((digest) => digest !== undefined);
}

function readPart(text: string, written: WrittenDigest): Digest | undefined {
  return text.startsWith(written.prefix) ? readDigestAs(text.slice(written.prefix.length), written) : undefined;
}

/** Reads a digest of the configured algorithm and encoding. */
export function readDigestAs(text: string, written: WrittenDigest): Digest | undefined {
  const digest = readDigest(text);
  if (digest?.algorithm !== written.algorithm) return undefined;
  return (digest.encoding === 'hex') === (written.encoding === 'hex') ? digest : undefined;
}

/** The reading of a signature over the body alone. */
export function bodyReading(
  header: string,
  prefix: string,
  digests: readonly Digest[],
  { refusesSignedText = false } = {},
): Reading {
  return { scheme: 'hmac', header, prefix, digests, signedPrefix: '', decodesSecret: false, refusesSignedText };
}
