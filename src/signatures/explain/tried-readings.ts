import type { WebhookHeaders } from '../../foundations/contracts/request';
import { headerEntries } from '../../foundations/header-values';
import { type Digest, readDigest } from '../mac/digest';
import { macOf } from '../mac/mac';
import { secretKeyOf } from '../mac/secret-key';
import { findMatch } from '../readings/find-match';
import { readId, readTimestamp } from '../readings/header-grammar';
import type { Reading } from '../readings/reading';
import { isSignatureHeader, readAll } from '../schemes/auto';
import { describeUnreadable } from './visible-faults';

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

/** How many readings are tried. Strangers choose the headers, and each reading costs a MAC of the body. */
export const mostTried = 16;

/** The readings of each header, as if no other header held a signature. A receiver tries them in the same order. */
export function readSeparately(headers: WebhookHeaders): readonly Reading[] {
  const readings = Object.keys(headers)
    .filter(isSignatureHeader)
    .flatMap((header) => readAll(withoutOthers(headers, header, headers[header])));
  const isTimestamped = ({ signedPrefix }: Reading): boolean => signedPrefix !== '';
  return [...readings.filter(isTimestamped), ...readings.filter((reading) => !isTimestamped(reading))];
}

/**
 * Removes other signatures, but no ids and timestamps, whatever their headers are called: x-signature-timestamp stays.
 */
export function withoutOthers(headers: WebhookHeaders, header: string, value: string | undefined): WebhookHeaders {
  const others = headerEntries(headers).filter(([name, text]) => !isSignatureHeader(name) || isIdOrTimestamp(text));
  return Object.fromEntries([...others, [header, value]]);
}

/** Whether a header's value is an id or a timestamp, which reads as an id, too, and not a signature. */
function isIdOrTimestamp(text: string): boolean {
  return readDigest(text) === undefined && readId(text) !== undefined;
}

export function tryReadings(
  readings: readonly Reading[],
  headers: WebhookHeaders,
  body: Buffer,
  secret: string,
): TriedSignature[] {
  const digests = readings.flatMap((reading) => reading.digests.map((digest) => ({ reading, digest })));
  const compared = digests.slice(0, mostTried).map(({ reading, digest }) => tryDigest(reading, digest, body, secret));
  const read = new Set(digests.map(({ reading }) => reading.header));
  const unread = headerEntries(headers).filter(
    ([name, value]) => isSignatureHeader(name) && !read.has(name) && readTimestamp(value) === undefined,
  );
  return [...compared, ...unread.slice(0, mostTried).map(([header, value]) => unreadable(header, value))];
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
