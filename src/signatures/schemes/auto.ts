import type { WebhookHeaders } from '../../foundations/contracts/request';
import type { SignatureScheme } from '../../foundations/contracts/signature-scheme';
import { type Digest, readDigest } from '../mac/digest';
import { readTimestamp, readTimestampedHeader } from '../readings/header-grammar';
import { verifierOf } from '../readings/header-reader';
import type { Reading } from '../readings/reading';
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

const versioned = /^v\d+[a-z]?,/;
const prefixes = ['sha256=', 'sha512=', 'v0=', 'v1='];

/**
 * The readings of the headers, the timestamped ones first: if a sender uses both kinds, its timestamp must be checked.
 */
export function readAll(headers: WebhookHeaders): readonly Reading[] {
  const timestamped: Reading[] = [];
  const plain: Reading[] = [];
  const names = Object.keys(headers);
  for (const header of names) {
    if (!isSignatureHeader(header)) continue;
    const value = headers[header] ?? '';
    if (value.startsWith('v') && versioned.test(value)) {
      const reading = standardReading(headers, header);
      if (reading) timestamped.push(withoutId(reading));
    } else if (value.includes('t=') && value.includes(',')) {
      const parts = readTimestampedHeader(value);
      const digests = (parts?.signatures ?? []).map(readDigest).filter((digest) => digest !== undefined);
      if (parts) timestamped.push(oneHeaderReading(header, parts.timestamp, digests));
    } else {
      const prefix = prefixes.find((each) => value.startsWith(each)) ?? '';
      const digest = readDigest(value.slice(prefix.length));
      if (digest === undefined) continue;
      plain.push(bodyReading(header, prefix, digest));
      for (const name of names) {
        if (name.includes('timestamp'))
          addTwoHeaders(timestamped, headers, { header, prefix, timestampHeader: name }, digest);
      }
    }
    if (timestamped.length + plain.length >= mostReadings) break;
  }
  if (timestamped.length === 0) return plain;
  return [...timestamped, ...plain].slice(0, mostReadings);
}

/** An id counts only for a pinned scheme: with two signatures, a delivery could otherwise have two keys. */
function withoutId(reading: Reading): Reading {
  return { ...reading, id: undefined };
}

function addTwoHeaders(
  readings: Reading[],
  headers: WebhookHeaders,
  names: { readonly header: string; readonly prefix: string; readonly timestampHeader: string },
  digest: Digest,
): void {
  const timestamp = readTimestamp(headers[names.timestampHeader]);
  if (timestamp === undefined || readings.length >= mostReadings) return;
  if (names.prefix === 'v0=') readings.push(twoHeaderReading(names, timestamp, digest, 'slack'));
  readings.push(twoHeaderReading(names, timestamp, digest, 'usual'));
}
