import type { WebhookHeaders } from '../foundations/contracts/request';
import type { SignatureScheme } from '../foundations/contracts/signature-scheme';
import { Settled } from '../foundations/delivery';
import type { Reading } from './readings/reading';

// Why a delivery was refused, for the operator's log. Names headers, never their values.

type Place = Pick<Reading, 'header' | 'timestampHeader'>;

/** The only answer to an unverified delivery; the reason is for the log only. */
export function refuse(reason: string): Settled {
  return new Settled('unauthenticated', { reason });
}

export function describeMissing(scheme: SignatureScheme, headers: WebhookHeaders): string {
  return `No signature came. ${describeSearch(scheme, headers)}`;
}

export function describeMismatch(scheme: SignatureScheme, headers: WebhookHeaders): string {
  const causes =
    'no secret signs these bytes under the headers that came: another secret, a body changed on its way ' +
    '(re-serialised by a proxy or parser), or another signature scheme';
  return `The signature does not match: ${causes}. ${describeSearch(scheme, headers)}`;
}

export function describeStale(aheadMs: number, toleranceMs: number): string {
  return `The signature matches, but ${describeAge(aheadMs, toleranceMs)}`;
}

/** For a signature whose timestamp was enough to refuse it. */
export function describeUntried({ header, timestampHeader }: Place, aheadMs: number, toleranceMs: number): string {
  const age = `The signature was not checked, since ${describeAge(aheadMs, toleranceMs)}`;
  if (timestampHeader === undefined) return age;
  const named = `${timestampHeader.slice(0, 64)} holds it; if the sender does not sign it, pin `;
  return `${age} ${named}signature: hmac({ header: '${header.slice(0, 64)}' }).`;
}

function describeAge(aheadMs: number, toleranceMs: number): string {
  const direction = aheadMs < 0 ? 'old' : 'ahead of our clock';
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return (
    `its timestamp is ${seconds} s ${direction}, more than toleranceSeconds (${toleranceMs / 1000}): ` +
    'a replay, a late repeat, or a clock that is wrong.'
  );
}

function describeSearch(scheme: SignatureScheme, headers: WebhookHeaders): string {
  const came = Object.keys(headers).filter((name) => /sign|hmac|digest|token|webhook|svix|timestamp/.test(name));
  const named =
    came.length === 0
      ? 'none'
      : came
          .slice(0, 12)
          .map((name) => name.slice(0, 64))
          .join(', ');
  return (
    `Looked for: ${scheme.looksFor ?? scheme.name}. Signature-like headers that came: ${named}. ` +
    'If the sender signs in another way, pin it with the signature option, for example ' +
    "signature: hmac({ header: 'x-its-signature' })."
  );
}
