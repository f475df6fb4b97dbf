import type { SignatureScheme } from '../../index';
import { explainSignature } from '../../testing';
import type { CapturedRequest } from '../captured/captured-request';
import { schemeOf, schemeOfPin } from './scheme-options';
import { sign } from './sign';
import { headersToSend } from './target';

interface Anew {
  readonly secret: string;
  /** @default the one that signed the request before; if none is known, the usual one */
  readonly scheme?: SignatureScheme | undefined;
  /** Other bytes to send with these headers. @default those that came */
  readonly body?: Buffer | undefined;
}

/** The headers to send, signed now. What signed the request before is left out. */
export function signedAnew(request: CapturedRequest, { secret, scheme: chosen, body }: Anew): Record<string, string> {
  const { headers } = request;
  const { match, tried } = explainSignature({ headers, body: request.body, secret });
  const scheme = chosen ?? (match && schemeOfPin(match.pin)) ?? schemeOf({});
  const old = new Set([match?.header, ...tried.map(({ header }) => header)]);
  const kept = Object.entries(headersToSend(request)).filter(([name]) => !old.has(name));
  // The signed id stays with the same bytes. Under it, receivers would take other bytes for a duplicate.
  const id = body === undefined && match ? headers[match.header.replace(/signature$/, 'id')] : undefined;
  return { ...Object.fromEntries(kept), ...sign(scheme, secret, body ?? request.body, id) };
}
