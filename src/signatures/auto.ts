import type { SignatureScheme, WebhookHeaders } from '../contracts';
import { type Candidate, firstMatch } from './candidate';
import { readDigest } from './digest';
import { readTimestamp, readTimestampedHeader } from './header-grammar';
import { bodyCandidate } from './hmac';
import { standardCandidate } from './standard-webhooks';
import { oneHeaderCandidate, twoHeaderCandidate } from './timestamped-hmac';

/**
 * Recognises an HMAC in every usual dress. The shape of a header's value chooses the forms it may be; see
 * header-grammar.ts for why trying several is safe.
 */
export const auto: SignatureScheme = {
  name: 'auto',
  looksFor: 'any header whose name contains "signature" or "hmac"',
  maySign: (headers) => Object.keys(headers).some(isSignatureHeader),
  verify: ({ headers, rawBody, secret }) => {
    const found = firstMatch(readCandidates(headers), rawBody, secret);
    // An id counts only where the scheme is pinned: else a sender of two signatures would have two keys a delivery.
    return found && { ...found, id: undefined };
  },
};

/** Whether a header, by its lower-case name, may hold a signature. `Signature-Input` (RFC 9421) describes one. */
export function isSignatureHeader(name: string): boolean {
  return (name.includes('signature') || name.includes('hmac')) && name !== 'signature-input';
}

/**
 * Every reading of the headers, the timestamped ones first: a sender of both kinds should be held to its timestamp as
 * long as it is there.
 */
export function readCandidates(headers: WebhookHeaders): readonly Candidate[] {
  const timestamped: Candidate[] = [];
  const plain: Candidate[] = [];
  for (const header of Object.keys(headers)) {
    if (!isSignatureHeader(header)) continue;
    const value = headers[header] ?? '';
    if (/^v\d+[a-z]?,/.test(value)) {
      const candidate = standardCandidate(headers, header);
      if (candidate) timestamped.push(candidate);
    } else if (value.includes('t=') && value.includes(',')) {
      const parts = readTimestampedHeader(value);
      const digests = (parts?.signatures ?? []).map(readDigest).filter((digest) => digest !== undefined);
      if (parts) timestamped.push(oneHeaderCandidate(header, parts.timestamp, digests));
    } else {
      readPlain(headers, header, value, timestamped, plain);
    }
  }
  return [...timestamped, ...plain];
}

const plainValue = /^(sha256=|sha512=|v0=|v1=)?([\w+/=-]+)$/;

function readPlain(
  headers: WebhookHeaders,
  header: string,
  value: string,
  timestamped: Candidate[],
  plain: Candidate[],
): void {
  const [, prefix = '', text = ''] = plainValue.exec(value) ?? [];
  const digest = readDigest(text);
  if (digest === undefined) return;
  for (const timestampHeader of Object.keys(headers)) {
    if (!timestampHeader.includes('timestamp')) continue;
    const timestamp = readTimestamp(headers[timestampHeader]);
    if (timestamp === undefined) continue;
    const names = { header, timestampHeader, prefix };
    if (prefix === 'v0=') timestamped.push(twoHeaderCandidate(names, timestamp, digest, 'slack'));
    timestamped.push(twoHeaderCandidate(names, timestamp, digest, 'usual'));
  }
  plain.push(bodyCandidate(header, prefix, digest));
}
