import type { SignatureInput, SignatureMatch, WebhookHeaders } from '../contracts';
import { type Candidate, firstMatch } from './candidate';
import type { LoneSignature } from './glance';

/** How a scheme of our own reads headers. What they may mean does not depend on the secret. */
export interface HeaderReader {
  readonly candidates: (headers: WebhookHeaders) => readonly Candidate[];
  /** The first look at a usual request: what it finds is no more than what `candidates` would. */
  readonly lone?: (headers: WebhookHeaders) => LoneSignature | undefined;
}

type Verify = (input: SignatureInput) => SignatureMatch | undefined;

/** By `verify`: a copy of a scheme under another name is still ours, and one with a `verify` of its own is not. */
const readers = new WeakMap<object, HeaderReader>();

/** The `verify` of a scheme that reads headers so. */
export function verifierOf(reader: HeaderReader): Verify {
  const verify: Verify = ({ headers, rawBody, secret }) => firstMatch(reader.candidates(headers), rawBody, secret);
  readers.set(verify, reader);
  return verify;
}

/** How a scheme reads headers, if it is one of ours: then they are read once for all secrets. */
export function readerOf(scheme: { readonly verify: object }): HeaderReader | undefined {
  return readers.get(scheme.verify);
}
