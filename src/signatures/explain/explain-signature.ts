import { bytesOf } from '../../foundations/bytes-of';
import type { GivenHeaders, WebhookHeaders } from '../../foundations/contracts/request';
import { Settled } from '../../foundations/delivery';
import { headerValue } from '../../foundations/header-values';
import { badOption, isOptions } from '../../foundations/option-checks';
import { plainHeaders } from '../../foundations/plain-headers';
import { dropStale } from '../drop-stale';
import { flawOfSecret } from '../mac/secret-key';
import { findMatch } from '../readings/find-match';
import type { FoundMatch } from '../readings/found-match';
import type { Reading } from '../readings/reading';
import { describeStale } from '../refusal';
import { isSignatureHeader, readAll } from '../schemes/auto';
import { type ExplainedBytes, possibleCauses, provenCause } from './find-causes';
import { type Found, findElsewhere } from './find-elsewhere';
import { mostTried, readSeparately, type TriedSignature, tryReadings } from './tried-readings';
import { sayUnreadable, visibleFaults } from './visible-faults';

export type { SignedForm, TriedSignature } from './tried-readings';

export interface ExplainSignatureInput {
  /** A Fetch `Headers`, or an object with names in any case. */
  readonly headers: GivenHeaders;
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

/**
 * Explains which header and scheme sign a request, what each was compared with, and why none matches. It uses the same
 * code as receivers.
 *
 * @throws WebhookError `BAD_OPTION` for what is no object, or a body that is no bytes and no text
 */
export function explainSignature(input: ExplainSignatureInput): SignatureExplanation {
  if (!isOptions(input)) throw badOption('explainSignature', '{ headers, body, secret }', input);
  const { secret, toleranceSeconds = 300, now = Date.now() } = input;
  const headers = plainHeaders(input.headers);
  const body = bytesOf(input.body);
  if (body === undefined) throw badOption('explainSignature.body', 'a string or a Uint8Array', input.body);
  const flaw = flawOfSecret(secret);
  if (flaw !== undefined) return { tried: [], causes: [`The secret cannot be used: ${flaw}.`] };

  const readings = readSeparately(headers);
  const tried = tryReadings(readings, headers, body, secret);
  const accepted = acceptedBy({ headers, body, secret });
  const own = accepted ?? findIn(readings, body, secret);
  const found: Found | undefined = own
    ? { match: own, header: own.header, pin: own.pin }
    : findElsewhere(headers, body, secret);
  if (found === undefined) {
    return { tried, causes: causesOf({ headers, body, secret }, tried) };
  }
  const { match, header, pin } = found;
  const { scheme, signedAt } = match;
  const ahead = (signedAt ?? now) - now;
  const toleranceMs = toleranceSeconds * 1000;
  const stale = !(Math.abs(ahead) <= toleranceMs);
  const recognised = accepted !== undefined;
  const untimely = stale ? [describeStale(ahead, toleranceMs)] : untimelyBeside(headers, now, toleranceMs);
  return {
    match: { scheme, header, pin, ...(signedAt !== undefined && { signedAt }), stale, recognised },
    tried,
    causes: [...(recognised ? [] : [unrecognised(header)]), ...untimely],
  };
}

/** The match that a receiver would find with these bytes and this secret. */
function acceptedBy({ headers, body, secret }: ExplainedBytes): FoundMatch | undefined {
  if (flawOfSecret(secret) !== undefined) return undefined;
  return findMatch(readAll(headers), body, secret);
}

/** Why a receiver refuses a signature without comparing it: a timestamp beside it that it does not sign. */
function untimelyBeside(headers: WebhookHeaders, now: number, toleranceMs: number): readonly string[] {
  const fresh = dropStale(readAll(headers), now, toleranceMs);
  return fresh instanceof Settled ? [String(fresh.details.reason)] : [];
}

function unrecognised(header: string): string {
  return isSignatureHeader(header)
    ? `A receiver does not get as far as ${header}, as too many other signatures came with it: pin it.`
    : `The name ${header} contains neither "signature" nor "hmac", so a receiver does not look there unless it is pinned.`;
}

const noHeader =
  'No header has a name that contains "signature" or "hmac", and none of another name holds a signature that the ' +
  'secret gives: the sender may not sign yet, a proxy may take the header away, or the secret is another one.';

/** The mistake that is proven; else what is to be seen; else what is possible. */
function causesOf(given: ExplainedBytes, tried: readonly TriedSignature[]): readonly string[] {
  if (tried.length === 0) return [noHeader];
  const signs = (bytes: ExplainedBytes): boolean => acceptedBy(bytes) !== undefined;
  const proven = provenCause(given, { signs, isRead: isSignatureHeader, hasTime: () => true });
  if (proven !== undefined) return [proven];
  const { headers, body } = given;
  const readable = tried.some(({ outcome }) => outcome !== 'unreadable');
  const unread = readable ? [] : tried.map(({ header }) => sayUnreadable(header, headerValue(headers, header)));
  const seen = [...unread, ...visibleFaults(headers, body)];
  return seen.length > 0 ? seen : possibleCauses;
}

/** The first signature that matches, where a receiver gave up earlier. */
function findIn(readings: readonly Reading[], body: Buffer, secret: string): FoundMatch | undefined {
  for (const reading of readings.slice(0, mostTried)) {
    const match = findMatch([reading], body, secret);
    if (match !== undefined) return match;
  }
  return undefined;
}
