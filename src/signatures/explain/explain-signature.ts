import type { WebhookHeaders } from '../../foundations/contracts/request';
import { type Digest, readDigest } from '../mac/digest';
import { macOf } from '../mac/mac';
import { flawOfSecret, secretKeyOf } from '../mac/secret-key';
import { findMatch } from '../readings/find-match';
import { FoundMatch } from '../readings/found-match';
import { readId, readTimestamp } from '../readings/header-grammar';
import type { Reading } from '../readings/reading';
import { describeStale } from '../refusal';
import { auto, isSignatureHeader, readAll } from '../schemes/auto';
import { describeUnreadable, type ExplainedBytes, findCauses } from './find-causes';

export interface ExplainSignatureInput {
  /** Names in any case. */
  readonly headers: WebhookHeaders;
  /** The bytes as they were sent; a string means its UTF-8. */
  readonly body: Uint8Array | string;
  readonly secret: string;
  /** How old or how far ahead a signed timestamp may be, in seconds. @default 300 */
  readonly toleranceSeconds?: number | undefined;
  /** The time that timestamps are compared with, in milliseconds since 1970. @default now */
  readonly now?: number | undefined;
}

/** How a receiver reads the signature of a request. Holds no secret, and at most 8 digits of a signature. */
export interface SignatureExplanation {
  /** The signature that matches; absent if none does. */
  readonly match?: ExplainedMatch;
  /** Each reading of each header that was compared with the secret's MAC. */
  readonly tried: readonly TriedSignature[];
  /** What is wrong or probably wrong, in words; empty if a receiver would accept the request. */
  readonly causes: readonly string[];
}

export interface ExplainedMatch {
  readonly scheme: string;
  readonly header: string;
  /** The line of configuration that pins it. */
  readonly pin: string;
  /** The signed timestamp, in milliseconds since 1970; absent if none is signed. */
  readonly signedAt?: number;
  /** Whether a receiver would refuse the timestamp now. */
  readonly stale: boolean;
  /** Whether `'auto'` recognises it. If not, it has to be pinned. */
  readonly recognised: boolean;
}

/** The signed text: the body alone, or with a prefix. */
export type SignedForm = 'body' | 't.body' | 'v0:t:body' | 'id.t.body';

export interface TriedSignature {
  readonly header: string;
  /** This and the next two are absent if the header's value is not a signature. */
  readonly form?: SignedForm;
  readonly encoding?: Digest['encoding'];
  readonly algorithm?: Digest['algorithm'];
  /** The signed text, in words; or why the header's value cannot be read. */
  readonly signedText: string;
  readonly outcome: 'match' | 'differs' | 'unreadable';
  /** The first 8 hex digits of the secret's MAC. A secret may have two; then of the one that matches. */
  readonly expectedPrefix?: string;
  /** The first 8 hex digits of the header's digest. */
  readonly gotPrefix?: string;
}

/**
 * Explains which header and scheme sign a request, what each was compared with, and why none matches. It uses the same
 * code as receivers.
 */
export function explainSignature(input: ExplainSignatureInput): SignatureExplanation {
  const { secret, toleranceSeconds = 300, now = Date.now() } = input;
  const headers = lowerCased(input.headers);
  const body = Buffer.from(input.body);
  const flaw = flawOfSecret(secret);
  if (flaw !== undefined) return { tried: [], causes: [`The secret cannot be used: ${flaw}.`] };

  const readings = readSeparately(headers);
  const tried = tryReadings(readings, headers, body, secret);
  const accepted = acceptedBy({ headers, body, secret });
  const found = findIn(readings, body, secret, accepted) ?? findElsewhere(headers, body, secret);
  if (found === undefined) {
    return { tried, causes: findCauses({ headers, body, secret }, tried, (bytes) => acceptedBy(bytes) !== undefined) };
  }
  const { match, header, pin } = found;
  const { scheme, signedAt } = match;
  const ahead = (signedAt ?? now) - now;
  const stale = !(Math.abs(ahead) <= toleranceSeconds * 1000);
  const recognised = accepted !== undefined;
  return {
    match: { scheme, header, pin, ...(signedAt !== undefined && { signedAt }), stale, recognised },
    tried,
    causes: [
      ...(recognised ? [] : [unrecognised(header)]),
      ...(stale ? [describeStale(ahead, toleranceSeconds * 1000)] : []),
    ],
  };
}

/** The match that a receiver would find with these bytes and this secret. */
function acceptedBy({ headers, body, secret }: ExplainedBytes): FoundMatch | undefined {
  if (flawOfSecret(secret) !== undefined) return undefined;
  return auto.verify({ headers, rawBody: body, secret }) as FoundMatch | undefined;
}

function unrecognised(header: string): string {
  return isSignatureHeader(header)
    ? `A receiver does not get as far as ${header}, as too many other signatures came with it: pin it.`
    : `The name ${header} contains neither "signature" nor "hmac", so a receiver does not look there unless it is pinned.`;
}

function lowerCased(headers: WebhookHeaders): WebhookHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** How many readings are tried. Strangers choose the headers, and each reading costs a MAC of the body. */
const mostTried = 16;

/** The readings of each header, as if no other header held a signature. A receiver tries them in the same order. */
function readSeparately(headers: WebhookHeaders): readonly Reading[] {
  const readings = Object.keys(headers)
    .filter(isSignatureHeader)
    .flatMap((header) => readAll(withoutOthers(headers, header, headers[header])));
  const isTimestamped = ({ signedPrefix }: Reading): boolean => signedPrefix !== '';
  return [...readings.filter(isTimestamped), ...readings.filter((reading) => !isTimestamped(reading))];
}

/**
 * Removes other signatures, but no ids and timestamps, whatever their headers are called: x-signature-timestamp stays.
 */
function withoutOthers(headers: WebhookHeaders, header: string, value: string | undefined): WebhookHeaders {
  const others = Object.entries(headers).filter(([name, text]) => !isSignatureHeader(name) || isSigned(text));
  return Object.fromEntries([...others.filter(([name]) => name !== header), [header, value]]);
}

/** Whether a header's value is an id or a timestamp, and not a signature. */
function isSigned(text: string | undefined): boolean {
  if (text === undefined || readDigest(text) !== undefined) return false;
  return readTimestamp(text) !== undefined || readId(text) !== undefined;
}

function tryReadings(
  readings: readonly Reading[],
  headers: WebhookHeaders,
  body: Buffer,
  secret: string,
): TriedSignature[] {
  const digests = readings.flatMap((reading) => reading.digests.map((digest) => ({ reading, digest })));
  const compared = digests.slice(0, mostTried).map(({ reading, digest }) => tryDigest(reading, digest, body, secret));
  const read = new Set(digests.map(({ reading }) => reading.header));
  const unread = Object.entries(headers).filter(
    ([name, value]) => isSignatureHeader(name) && !read.has(name) && readTimestamp(value) === undefined,
  );
  return [...compared, ...unread.slice(0, mostTried).map(([header, value]) => unreadable(header, value ?? ''))];
}

function tryDigest(reading: Reading, digest: Digest, body: Buffer, secret: string): TriedSignature {
  const { header, signedPrefix, decodesSecret } = reading;
  const matches = findMatch([{ ...reading, digests: [digest] }], body, secret) !== undefined;
  const key = (decodesSecret ? secretKeyOf(secret) : undefined) ?? secret;
  const bytes = `the body (${body.length} bytes)`;
  const got = beginningOf(digest.bytes);
  return {
    header,
    form: formOf(signedPrefix),
    encoding: digest.encoding,
    algorithm: digest.algorithm,
    signedText: signedPrefix === '' ? bytes : `"${signedPrefix}" and ${bytes}`,
    outcome: matches ? 'match' : 'differs',
    expectedPrefix: matches ? got : beginningOf(macOf(digest.algorithm, key, signedPrefix, body)),
    gotPrefix: got,
  };
}

/** The first 8 hex digits. */
function beginningOf(bytes: Buffer): string {
  return bytes.toString('hex', 0, 4);
}

/** The form of a signed prefix. An id holds neither dots nor colons, so these tell the forms apart. */
function formOf(signedPrefix: string): SignedForm {
  if (signedPrefix === '') return 'body';
  if (signedPrefix.includes(':')) return 'v0:t:body';
  return signedPrefix.split('.').length === 3 ? 'id.t.body' : 't.body';
}

function unreadable(header: string, value: string): TriedSignature {
  return { header, signedText: describeUnreadable(value), outcome: 'unreadable' };
}

interface Found {
  readonly match: FoundMatch;
  readonly header: string;
  readonly pin: string;
}

/**
 * The header with the signature that a receiver accepts; or the first that matches, if the receiver gave up earlier.
 */
function findIn(
  readings: readonly Reading[],
  body: Buffer,
  secret: string,
  accepted: FoundMatch | undefined,
): Found | undefined {
  const likely = accepted
    ? readings.filter((reading) => reading.digests.some((digest) => new FoundMatch(reading, digest).pinsLike(accepted)))
    : readings.slice(0, mostTried);
  for (const reading of likely) {
    const match = findMatch([reading], body, secret);
    if (match !== undefined) return { match, header: reading.header, pin: match.pin };
  }
  return undefined;
}

/** A name that receivers recognise, near the same timestamps. A header with another name is read under it. */
const aliasOf = (header: string): string => `${header}-signature`;

/** How many headers with other names are tried. */
const mostElsewhere = 4;

/** Finds a signature in a header without "signature" or "hmac" in its name. It can be pinned, but is not recognised. */
function findElsewhere(headers: WebhookHeaders, body: Buffer, secret: string): Found | undefined {
  const likely = Object.entries(headers).filter(([name, value]) => !isSignatureHeader(name) && holdsDigest(value));
  for (const [header, value] of likely.slice(0, mostElsewhere)) {
    const match = findMatch(readAll(withoutOthers(headers, aliasOf(header), value)), body, secret);
    if (match === undefined || match.scheme === 'standardWebhooks') continue;
    const named = header.replace(/[\\']/g, '\\$&');
    return { match, header, pin: match.pin.replace(`'${aliasOf(named)}'`, () => `'${named}'`) };
  }
  return undefined;
}

/** Whether a header's value holds a digest. Other headers are not tried. */
function holdsDigest(value = ''): boolean {
  return value.split(/[=,](?=[^=,])/).some((part) => readDigest(part) !== undefined);
}
