import type { SignatureScheme, WebhookHeaders } from '../contracts';
import type { Candidate } from './candidate';
import { type Digest, inHex, readDigest } from './digest';
import type { LoneSignature } from './glance';
import { readTimestamp, readTimestampedHeader } from './header-grammar';
import { verifierOf } from './header-reader';
import { bodyCandidate, loneBody, writtenPin } from './hmac';
import { standardCandidate } from './standard-webhooks';
import { loneInOneHeader, oneHeaderCandidate, twoHeaderCandidate } from './timestamped-hmac';

/**
 * Recognises an HMAC in every usual dress. The shape of a header's value chooses the forms it may be; see
 * header-grammar.ts for why trying several is safe.
 */
export const auto: SignatureScheme = {
  name: 'auto',
  looksFor: 'any header whose name contains "signature" or "hmac"',
  maySign: (headers) => Object.keys(headers).some(isSignatureHeader),
  verify: verifierOf({ candidates: readCandidates, lone: readLone }),
};

/** Whether a header, by its lower-case name, may hold a signature. `Signature-Input` (RFC 9421) describes one. */
export function isSignatureHeader(name: string): boolean {
  return (name.includes('signature') || name.includes('hmac')) && name !== 'signature-input';
}

/** How many readings are tried: headers by the hundred have readings by the ten thousand. */
const mostCandidates = 64;

const versioned = /^v\d+[a-z]?,/;
const prefixes = ['sha256=', 'sha512=', 'v0=', 'v1='];

/**
 * The readings of the headers, the timestamped ones first: a sender of both kinds should be held to its timestamp as
 * long as it is there.
 */
export function readCandidates(headers: WebhookHeaders): readonly Candidate[] {
  const timestamped: Candidate[] = [];
  const plain: Candidate[] = [];
  const names = Object.keys(headers);
  for (const header of names) {
    if (!isSignatureHeader(header)) continue;
    const value = headers[header] ?? '';
    if (value.startsWith('v') && versioned.test(value)) {
      const candidate = standardCandidate(headers, header);
      if (candidate) timestamped.push(withoutId(candidate));
    } else if (value.includes('t=') && value.includes(',')) {
      const parts = readTimestampedHeader(value);
      const digests = (parts?.signatures ?? []).map(readDigest).filter((digest) => digest !== undefined);
      if (parts) timestamped.push(oneHeaderCandidate(header, parts.timestamp, digests));
    } else {
      const prefix = prefixes.find((each) => value.startsWith(each)) ?? '';
      const digest = readDigest(value.slice(prefix.length));
      if (digest === undefined) continue;
      plain.push(bodyCandidate(header, prefix, digest));
      for (const name of names) {
        if (name.includes('timestamp'))
          addTwoHeaders(timestamped, headers, { header, prefix, timestampHeader: name }, digest);
      }
    }
    if (timestamped.length + plain.length >= mostCandidates) break;
  }
  if (timestamped.length === 0) return plain;
  return [...timestamped, ...plain].slice(0, mostCandidates);
}

/** A signature in hex of one of the two usual forms, with nothing in the request that could be read in another way. */
function readLone(headers: WebhookHeaders): LoneSignature | undefined {
  let header: string | undefined;
  for (const name of Object.keys(headers)) {
    if (name.includes('timestamp')) return undefined;
    if (!isSignatureHeader(name)) continue;
    if (header !== undefined) return undefined;
    header = name;
  }
  const value = header === undefined ? undefined : headers[header];
  if (header === undefined || value === undefined) return undefined;
  if (value.startsWith('t=')) return loneInOneHeader(header, value);
  const prefix = value.startsWith('sha256=') ? 'sha256=' : '';
  return loneBody(value.slice(prefix.length), 'hex', writtenPin(header, prefix, inHex));
}

/** An id counts only where the scheme is pinned: else a sender of two signatures would have two keys a delivery. */
function withoutId(candidate: Candidate): Candidate {
  return { ...candidate, match: (digest) => candidate.match(digest).withoutId() };
}

function addTwoHeaders(
  candidates: Candidate[],
  headers: WebhookHeaders,
  names: { readonly header: string; readonly prefix: string; readonly timestampHeader: string },
  digest: Digest,
): void {
  const timestamp = readTimestamp(headers[names.timestampHeader]);
  if (timestamp === undefined || candidates.length >= mostCandidates) return;
  if (names.prefix === 'v0=') candidates.push(twoHeaderCandidate(names, timestamp, digest, 'slack'));
  candidates.push(twoHeaderCandidate(names, timestamp, digest, 'usual'));
}
