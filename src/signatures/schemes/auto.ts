import type { WebhookHeaders } from '../../foundations/contracts/request';
import type { SignatureScheme } from '../../foundations/contracts/signature-scheme';
import { headerValue } from '../../foundations/header-values';
import { type Digest, readDigest } from '../mac/digest';
import { readTimestampedHeader, splitValues } from '../readings/header-grammar';
import { verifierOf } from '../readings/header-reader';
import type { Reading } from '../readings/reading';
import {
  readTimestampHeaders,
  type TimestampHeader,
  type TimestampHeaders,
  timestampsNear,
} from '../readings/timestamp-headers';
import { bodyReading } from './hmac';
import { standardReading } from './standard-webhooks';
import { oneHeaderReading, twoHeaderReading } from './timestamped-hmac';

/**
 * Recognises an HMAC in every usual form. The shape of a header's value selects the forms to try; header-grammar.ts
 * explains why trying several is safe.
 */
export const auto: SignatureScheme = {
  name: 'auto',
  looksFor: 'any header whose name contains "signature" or "hmac"',
  maySign: (headers) => Object.keys(headers).some(isSignatureHeader),
  verify: verifierOf(readAll),
};

/** Whether a header, by its lower-case name, may hold a signature. `Signature-Input` (RFC 9421) describes one. */
export function isSignatureHeader(name: string): boolean {
  return (name.includes('signature') || name.includes('hmac')) && name !== 'signature-input';
}

/** How many readings are tried: hundreds of headers have tens of thousands of readings. */
const mostReadings = 64;

const versioned = /^v\d+[a-z]?,/i;
const timestampInside = /(?:^|,)\s*t=/i;
const usualPrefix = /^(?:sha256|sha512|v0|v1)=/i;

/**
 * The readings of the headers, the timestamped ones first: if a sender uses both kinds, its timestamp must be checked.
 */
export function readAll(headers: WebhookHeaders): readonly Reading[] {
  const timestamped: Reading[] = [];
  const plain: Reading[] = [];
  let times: TimestampHeaders | undefined;
  for (const header of Object.keys(headers)) {
    if (!isSignatureHeader(header)) continue;
    const value = headerValue(headers, header);
    if (versioned.test(value)) {
      const reading = standardReading(headers, header);
      if (reading) timestamped.push(withoutId(reading));
    } else if (timestampInside.test(value)) {
      const parts = readTimestampedHeader(value);
      const digests = (parts?.signatures ?? []).map(readDigest).filter((digest) => digest !== undefined);
      if (parts) timestamped.push(oneHeaderReading(header, parts.timestamp, digests));
    } else {
      for (const { prefix, digest } of readPlain(value)) {
        plain.push(bodyReading(header, prefix, [digest], { refusesSignedText: true }));
        times ??= readTimestampHeaders(headers);
        timestamped.push(...twoHeaderReadings({ header, prefix }, [digest], timestampsNear(header, times)));
      }
    }
    if (timestamped.length + plain.length >= mostReadings) break;
  }
  return [...timestamped, ...plain].slice(0, mostReadings);
}

/** An id counts only for a pinned scheme: with two signatures, a delivery could otherwise have two keys. */
function withoutId(reading: Reading): Reading {
  return { ...reading, id: undefined };
}

interface PlainDigest {
  readonly prefix: string;
  readonly digest: Digest;
}

/** The digests in a header without a timestamp. */
function readPlain(value: string): readonly PlainDigest[] {
  return splitValues(value).flatMap((part) => {
    const prefix = usualPrefix.exec(part)?.[0] ?? '';
    const digest = readDigest(part.slice(prefix.length));
    return digest === undefined ? [] : [{ prefix, digest }];
  });
}

/** At most two, so that they and the plain reading fit into the MACs of a request. */
function twoHeaderReadings(
  names: { readonly header: string; readonly prefix: string },
  digests: readonly Digest[],
  near: readonly TimestampHeader[],
): readonly Reading[] {
  const isSlack = names.prefix.toLowerCase() === 'v0=';
  const readings = near.map(({ name, timestamp }) =>
    twoHeaderReading({ ...names, timestampHeader: name }, timestamp, digests, isSlack ? 'slack' : 'usual'),
  );
  const [only, ...others] = near;
  if (!isSlack || only === undefined || others.length > 0) return readings;
  return [...readings, twoHeaderReading({ ...names, timestampHeader: only.name }, only.timestamp, digests, 'usual')];
}
