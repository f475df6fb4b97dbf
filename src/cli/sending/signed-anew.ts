import type { SignatureScheme } from '../../index';
import { explainSignature } from '../../testing';
import type { CapturedRequest } from '../captured/captured-request';
import { headersToSend } from './headers-to-send';
import { schemeOf, schemeOfPin } from './scheme-options';
import { sign } from './sign';

interface Anew {
  readonly secret: string;
  /** @default the one that signed the request before; if none is known, the usual one */
  readonly scheme?: SignatureScheme | undefined;
  /** Other bytes to send with these headers. @default those that came */
  readonly body?: Buffer | undefined;
}

/** Headers to send, signed now. */
interface SignedAnew {
  readonly headers: Record<string, string>;
  /** Whether nobody knows the scheme: none was asked for, and the request has no signature of the secret. */
  readonly isGuessed: boolean;
}

/** Signs a request now. What signed it before is left out. */
export function signedAnew(request: CapturedRequest, { secret, scheme: chosen, body }: Anew): SignedAnew {
  const { headers } = request;
  const { match, tried } = explainSignature({ headers, body: request.body, secret });
  const known = chosen ?? (match && schemeOfPin(match.pin));
  const old = new Set([match?.header, ...tried.map(({ header }) => header)]);
  const kept = Object.entries(headersToSend(request)).filter(([name]) => !old.has(name));
  // The signed id stays with the same bytes. Under it, receivers would take other bytes for a duplicate.
  const id = body === undefined && match ? headers[match.header.replace(/signature$/, 'id')] : undefined;
  const signing = sign(known ?? schemeOf({}), secret, body ?? request.body, id);
  return { headers: { ...Object.fromEntries(kept), ...signing }, isGuessed: known === undefined };
}
