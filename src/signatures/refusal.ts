import type { WebhookHeaders } from '../foundations/contracts/request';
import type { SignatureScheme } from '../foundations/contracts/signature-scheme';
import { Settled } from '../foundations/delivery';
import { describeWithoutMessage } from '../foundations/describe-error';
import { isStandardHeader } from './standard-headers';

// Why a delivery was refused, for the operator's log. Names headers, never their values.

const unexplained =
  'The signature does not match: no secret signs these bytes under the headers that came: another secret, a body ' +
  'changed on its way (re-serialised by a proxy or parser), or another signature scheme.';
const pinIt =
  'If the sender signs in another way, pin it with the signature option, for example ' +
  "signature: hmac({ header: 'x-its-signature' }).";
const explainIt =
  'To find the cause, let npx bigmind-webhooks listen receive the next delivery, or run npx bigmind-webhooks detect on ' +
  'one that was captured.';
/** Every client sends some, so whoever called us has left them out. */
const passThem =
  'Not even a standard one came: where receive() or verify() is called, pass on the headers of the request, as in ' +
  'webhooks.receive({ headers, body }).';
const signatureLike = /sign|hmac|digest|token|webhook|svix|timestamp/;

/** A timestamp in a header of its own, which a sender may not sign. */
export interface UnsignedTime {
  readonly timestampHeader: string;
  /** The line of configuration that leaves it out. */
  readonly pin: string;
}

/** The only answer to an unverified delivery; the reason is for the log only. */
export function refuse(reason: string): Settled {
  return new Settled('unauthenticated', { reason });
}

/** Why no secret signs a request. Holds no secret, no value of a header and no text of the body. */
export interface Explanation {
  /** Whether a MAC proves it. */
  readonly isProven: boolean;
  /** Empty if nothing is known. */
  readonly causes: readonly string[];
}

/** Lists every header that may hold the signature: its name may be any. */
export function describeMissing(scheme: SignatureScheme, headers: WebhookHeaders): string {
  const names = Object.keys(headers);
  const likely = names.filter((name) => signatureLike.test(name));
  const others = names.filter((name) => !signatureLike.test(name) && !isStandardHeader(name));
  const came = listOf([...likely, ...others], 20);
  const remedy = names.length === 0 ? passThem : pinIt;
  return `No signature came. ${describeSearch(scheme)} Headers that came, besides standard ones: ${came}. ${remedy}`;
}

export function describeMismatch(
  scheme: SignatureScheme,
  headers: WebhookHeaders,
  { isProven, causes }: Explanation = { isProven: false, causes: [] },
): string {
  if (isProven) return `The signature does not match. ${causes.join(' ')}`;
  const came = listOf(
    Object.keys(headers).filter((name) => signatureLike.test(name)),
    12,
  );
  const said = causes.length > 0 ? `The signature does not match. ${causes.join(' ')}` : unexplained;
  return `${said} ${describeSearch(scheme)} Signature-like headers that came: ${came}. ${pinIt} ${explainIt}`;
}

/**
 * For an error of a user's scheme. Its message may hold the secret, the signature or the payload, so it is not shown: only
 * what kind of error it is, and where it was thrown.
 */
export function describeThrown({ name }: SignatureScheme, method: 'verify' | 'maySign', error: unknown): string {
  const { type, code, stack } = describeWithoutMessage(error);
  const kind = code === undefined ? type : `${type} (code ${code})`;
  const where = stack === undefined ? '' : ` ${stack.split('\n', 1)[0]}`;
  const effect = method === 'verify' ? 'which counts as no' : 'so verify decided';
  return `The ${method} of scheme ${name} threw ${kind}${where}, ${effect}. Its message is not logged: it may hold secrets.`;
}

export function describeStale(aheadMs: number, toleranceMs: number): string {
  return `The signature matches, but ${describeAge(aheadMs, toleranceMs)}`;
}

/** For a signature whose timestamp was enough to refuse it. */
export function describeUntried(time: UnsignedTime | undefined, aheadMs: number, toleranceMs: number): string {
  const age = `The signature was not checked, since ${describeAge(aheadMs, toleranceMs)}`;
  if (time === undefined) return age;
  return `${age} ${time.timestampHeader.slice(0, 64)} holds it; if the sender does not sign it, pin ${time.pin.slice(0, 200)}.`;
}

function describeAge(aheadMs: number, toleranceMs: number): string {
  const direction = aheadMs < 0 ? 'old' : 'ahead of our clock';
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return (
    `its timestamp is ${seconds} s ${direction}, more than toleranceSeconds (${toleranceMs / 1000}): ` +
    'a replay, a late repeat, or a clock that is wrong.'
  );
}

function describeSearch(scheme: SignatureScheme): string {
  return `Looked for: ${scheme.looksFor ?? scheme.name}.`;
}

function listOf(names: readonly string[], most: number): string {
  if (names.length === 0) return 'none';
  return names
    .slice(0, most)
    .map((name) => name.slice(0, 64))
    .join(', ');
}
