import type { WebhookHeaders } from '../../foundations/contracts/request';
import type { SignatureInput, SignatureMatch } from '../../foundations/contracts/signature-scheme';
import { findMatch } from './find-match';
import type { Reading } from './reading';

/** How one of our schemes reads headers. Readings do not depend on the secret. */
export type ReadHeaders = (headers: WebhookHeaders) => readonly Reading[];

type Verify = (input: SignatureInput) => SignatureMatch | undefined;

/** Keyed by `verify`: a renamed copy of our scheme is still ours, and one with another `verify` is not. */
const readers = new WeakMap<object, ReadHeaders>();

/** The `verify` of each scheme of ours that takes nothing but a key after `whsec_`. */
const keyed = new WeakSet<object>();

/** Makes the `verify` of a scheme from its way to read headers. */
export function verifierOf(read: ReadHeaders, { needsKey = false } = {}): Verify {
  const verify: Verify = ({ headers, rawBody, secret }) => findMatch(read(headers), rawBody, secret);
  readers.set(verify, read);
  if (needsKey) keyed.add(verify);
  return verify;
}

/** Whether a scheme takes nothing but a key after `whsec_`. */
export function needsKey(scheme: { readonly verify: object } | undefined): boolean {
  return scheme !== undefined && keyed.has(scheme.verify);
}

/** How a scheme of ours reads headers, so that they are read once for all secrets; `undefined` for a user's scheme. */
export function readerOf(scheme: { readonly verify: object }): ReadHeaders | undefined {
  return readers.get(scheme.verify);
}
