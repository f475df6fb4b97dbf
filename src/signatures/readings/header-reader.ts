import type { WebhookHeaders } from '../../foundations/contracts/request';
import type { SignatureInput, SignatureMatch } from '../../foundations/contracts/signature-scheme';
import { findMatch } from './find-match';
import type { Reading } from './reading';

/** How a scheme of our own reads headers. What they may mean does not depend on the secret. */
export type ReadHeaders = (headers: WebhookHeaders) => readonly Reading[];

type Verify = (input: SignatureInput) => SignatureMatch | undefined;

/** By `verify`: a copy of a scheme under another name is still ours, and one with a `verify` of its own is not. */
const readers = new WeakMap<object, ReadHeaders>();

/** The `verify` of a scheme that reads headers so. */
export function verifierOf(read: ReadHeaders): Verify {
  const verify: Verify = ({ headers, rawBody, secret }) => findMatch(read(headers), rawBody, secret);
  readers.set(verify, read);
  return verify;
}

/** How a scheme reads headers, if it is one of ours: then they are read once for all secrets. */
export function readerOf(scheme: { readonly verify: object }): ReadHeaders | undefined {
  return readers.get(scheme.verify);
}
