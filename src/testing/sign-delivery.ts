import { randomUUID } from 'node:crypto';
import { hmac, type SignatureScheme, standardWebhooks, timestampedHmac } from '../index';

export interface SignDeliveryInput {
  /** The payload; a string is sent as it is, anything else as JSON. */
  readonly payload: unknown;
  /** What the receiver's `secret` option is, or one of them. */
  readonly secret: string;
  /**
   * How to sign: what the receiver's `signature` option is, or a scheme's name for its usual form.
   * @default hmac({ header: 'x-bigmind-signature' }), which `'auto'` recognises
   */
  readonly scheme?: SignatureScheme | 'hmac' | 'timestampedHmac' | 'standardWebhooks' | undefined;
  /** The moment that timestamped schemes sign, as a Date or in milliseconds since 1970. @default now */
  readonly signedAt?: Date | number | undefined;
  /** The delivery id that some schemes sign. @default a fresh one */
  readonly id?: string | undefined;
}

/** A request for supertest, `fetch` or anything: send `body` as it is, any other spelling of it is not signed. */
export interface SignedDelivery {
  readonly headers: Record<string, string>;
  readonly body: string;
}

const header = 'x-bigmind-signature';

/**
 * Signs a delivery as a sender would.
 *
 * @throws TypeError for a payload that JSON cannot say, or a scheme that can only verify
 */
export function signDelivery(input: SignDeliveryInput): SignedDelivery {
  const { payload, secret, signedAt = Date.now(), id = `msg_${randomUUID()}` } = input;
  const body = typeof payload === 'string' ? payload : (JSON.stringify(payload) as string | undefined);
  if (body === undefined) throw new TypeError(`payload: expected what JSON can say, got ${typeof payload}.`);
  const scheme = schemeOf(input.scheme ?? 'hmac');
  if (scheme.sign === undefined) throw new TypeError(`The scheme ${scheme.name} can only verify: give it a sign().`);
  const signature = scheme.sign({ rawBody: Buffer.from(body, 'utf8'), secret, signedAt: Number(signedAt), id });
  return {
    // Our own user agent: what a test signs says nothing about how the vendor does.
    headers: { 'content-type': 'application/json', 'user-agent': 'bigmind-webhooks/testing', ...signature },
    body,
  };
}

function schemeOf(scheme: NonNullable<SignDeliveryInput['scheme']>): SignatureScheme {
  if (scheme === 'hmac') return hmac({ header });
  if (scheme === 'timestampedHmac') return timestampedHmac({ header });
  return scheme === 'standardWebhooks' ? standardWebhooks() : scheme;
}
